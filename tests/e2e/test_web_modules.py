"""The page's own tests (tests/web/js), in the browser that they are about."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.e2e.browsers import BrowserTestCase
from tests.e2e.houses import HOST

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "web" / "js"

RUN = """async (names) => {
  const { runAll } = await import('./kit.js');
  for (const name of names) {
    await import(`./${name}`);
  }
  return await runAll();
}"""


class Files(SimpleHTTPRequestHandler):
    """The files of the repository, without a word on the terminal."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}  # noqa: RUF012, its own way

    def do_GET(self) -> None:
        if self.path == "/tests/web/js/":
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(b'<!DOCTYPE html><link rel="icon" href="data:"><title>tests</title>')
        else:
            super().do_GET()

    def log_message(self, *args: object) -> None:
        pass


class ModuleTests(BrowserTestCase):
    def test_all(self) -> None:
        server = ThreadingHTTPServer((HOST, 0), partial(Files, directory=str(ROOT)))
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        Thread(target=server.serve_forever, daemon=True).start()

        page, _ = self.browses(server.server_port)
        page.goto("/tests/web/js/")
        names = sorted(path.name for path in TESTS.glob("*.test.js"))
        told = page.evaluate(RUN, names)

        self.assertEqual("\n\n".join(told["failed"]), "")
        self.assertGreater(told["count"], 0)
