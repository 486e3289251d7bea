"""Scripts sent as one."""

from __future__ import annotations

import re
from importlib.resources import files

from twisted.trial.unittest import SynchronousTestCase

from twistchat.frontends.web.assets import own_assets
from twistchat.frontends.web.together import join_scripts, join_styles

MAIN = """\
import { b } from './ui/b.js';
import {
  c,
} from './c.js';

const load = () => import('./ui/late.js');
b(c, load);
"""
SCRIPTS = {
    "main.js": MAIN,
    "c.js": "export const c = 3;\n",
    "ui/b.js": "import { c } from '../c.js';\n\nexport function b() {}\nimport('./late.js');\n",
    "ui/late.js": "import { b } from './b.js';\nimport { d } from './later/d.js';\nb(d);\n",
    "ui/later/d.js": "import { c } from '../../c.js';\nexport const d = c;\n",
}


class TogetherTests(SynchronousTestCase):
    def test_each_module_stands_behind_what_it_imports(self) -> None:
        whole = join_scripts(SCRIPTS, "main.js")["main.js"]
        self.assertEqual(
            whole,
            "// c.js\nexport const c = 3;\n"
            "// ui/b.js\n\nexport function b() {}\nimport('./ui/late.js');\n"
            "// main.js\n\nconst load = () => import('./ui/late.js');\nb(c, load);\n",
        )

    def test_the_others_import_from_there(self) -> None:
        together = join_scripts(SCRIPTS, "main.js")
        self.assertEqual(set(together), {"main.js", "ui/late.js", "ui/later/d.js"})
        self.assertEqual(
            together["ui/late.js"],
            "import { b } from '../main.js';\nimport { d } from './later/d.js';\nb(d);\n",
        )
        self.assertIn("import { c } from '../../main.js';\n", together["ui/later/d.js"])

    def test_a_circle(self) -> None:
        scripts = {
            "main.js": "import { a } from './a.js';\nexport const m = 1;\n",
            "a.js": "import { m } from './main.js';\nexport const a = () => m;\n",
        }
        whole = join_scripts(scripts, "main.js")["main.js"]
        self.assertLess(whole.index("const a"), whole.index("const m"))

    def test_what_is_not_understood_is_refused(self) -> None:
        for line in (
            "import c from './c.js';\n",
            "import * as c from './c.js';\n",
            "import './c.js';\n",
            "import { c as d } from './c.js';\n",
            "import { c } from 'elsewhere';\n",
            "import { c } from './nowhere.js';\n",
            "export default 1;\n",
            "export * from './c.js';\n",
            "export { c };\n",
            "const load = (name) => import(`./${name}.js`);\n",
            "const c = 4;\n",
            "const { x, c } = load;\n",
        ):
            with self.assertRaises(ValueError, msg=line):
                join_scripts({**SCRIPTS, "main.js": MAIN + line}, "main.js")

    def test_stylesheets(self) -> None:
        link = '<link rel="stylesheet" href="{base}%s">\n'
        page = f"<title>x</title>\n{link % 'b.css'}{link % 'ui/a.css'}</head>"
        self.assertEqual(
            join_styles(page, "all.css"),
            (f"<title>x</title>\n{link % 'all.css'}</head>", ["b.css", "ui/a.css"]),
        )
        self.assertEqual(join_styles("<p>", "all.css"), ("<p>", []))

    def test_ours_are_together(self) -> None:
        static = files("twistchat.frontends.web") / "static"
        main = own_assets().files["main.js"].body.decode()
        self.assertIsNone(re.search(r"\bimport *\{", main))
        self.assertTrue((static / "net" / "session.js").is_file())
        self.assertNotIn("net/session.js", own_assets().files)
