#!/usr/bin/env bash
# Runs the page's own tests without a browser, with the node that comes with playwright.
set -euo pipefail
cd "$(dirname "$0")"
driver=$(../../../.venv/bin/python -c 'import playwright, pathlib; print(pathlib.Path(playwright.__file__).parent / "driver" / "node")')
exec "$driver" run.js
