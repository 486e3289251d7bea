"""Installs twistchat as a wheel, from its sources and as editable, looks, and uninstalls it again.

    python tests/check_packages.py

A program of its own and not a test of the suite, since it needs a package index.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent

FILES = """
from twistchat.engine.redis import scripts
from twistchat.frontends.web.assets import own_assets
print(own_assets().version, scripts.APPEND.sha, scripts.HELLO.sha)
"""
"""Says which files of the page for browsers are there, and which scripts for Redis, by hashes."""


def run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def check(how: str, *install: str | Path, elsewhere: Path) -> None:
    environment = elsewhere / how
    run(sys.executable, "-m", "venv", environment, cwd=elsewhere)
    binaries = environment / ("Scripts" if os.name == "nt" else "bin")
    pip = (binaries / "python", "-m", "pip", "--disable-pip-version-check")
    run(*pip, "install", "--quiet", *install, cwd=elsewhere)
    assert " chat " in run(binaries / "twistd", "--help", cwd=elsewhere), how
    assert "twistchat 0." in run(binaries / "twistchat", "--version", cwd=elsewhere), how
    assert "twistchat 0." in run(binaries / "twistd", "chat", "--version", cwd=elsewhere), how
    assert "Traceback" not in run(binaries / "twistd", "--help", cwd=elsewhere), how
    found = run(binaries / "python", "-c", FILES, cwd=elsewhere)
    assert found == run(sys.executable, "-c", FILES, cwd=ROOT), f"{how}: files are missing"
    run(*pip, "uninstall", "--quiet", "--yes", "twistchat", cwd=elsewhere)
    shown = run(binaries / "twistd", "--help", cwd=elsewhere)
    assert " chat " not in shown, how
    assert " web " in shown, f"{how}: uninstalling took something of Twisted's"
    run(binaries / "python", "-c", "import twisted.plugins.twisted_words", cwd=elsewhere)
    print(f"{how}: twistd lists chat, and Twisted is whole after uninstalling")


def sources(elsewhere: Path) -> Path:
    """Pack the sources, as a package index has them."""
    environment = elsewhere / "packing"
    run(sys.executable, "-m", "venv", environment, cwd=elsewhere)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", "hatchling>=1.26", cwd=elsewhere)
    run(python, "-m", "hatchling", "build", "-t", "sdist", "-d", elsewhere, cwd=ROOT)
    (packed,) = elsewhere.glob("*.tar.gz")
    return packed


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        elsewhere = Path(name)
        check("wheel", ROOT, elsewhere=elsewhere)
        check("sdist", sources(elsewhere), elsewhere=elsewhere)
        check("editable", "-e", ROOT, elsewhere=elsewhere)


if __name__ == "__main__":
    main()
