"""The benchmark runs, and says something about each program; nothing about how fast."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.load import LoadError, Mode, build, connected
from benchmarks.servers import PLAIN_TWISTED, running

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "fanout.py"
FIGURES = {
    "cpu_us_per_delivery",
    "deliveries_per_second",
    "p50_ms",
    "p99_ms",
    "connections_per_second",
    "server_cpu_percent",
    "load_cpu_percent",
}


CORES = os.sched_getaffinity(0) if sys.platform == "linux" else {0}


@unittest.skipUnless(sys.platform == "linux", "the load generator uses epoll")
@unittest.skipUnless(shutil.which("cc"), "the load generator is compiled on the spot")
class FanoutBenchmarkTests(unittest.TestCase):
    @unittest.skipUnless(len(CORES) > 1, "server and load need a core each")
    def test_a_row_for_each_program(self) -> None:
        programs = ["twistchat", "plain-twisted", "thread-per-socket"]
        with TemporaryDirectory() as folder:
            saved = Path(folder) / "result.json"
            shown = Path(folder) / "result.md"
            words = ["--clients", "10", "--modes", "64,20/s", "--programs", ",".join(programs)]
            words += ["--json", str(saved), "--table", str(shown)]
            done = subprocess.run(
                [sys.executable, str(SCRIPT), "--quick", "--seconds", "0.3", *words],
                capture_output=True,
                text=True,
                check=False,
                timeout=100,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout, shown.read_text(encoding="utf-8"))
            result = json.loads(saved.read_text(encoding="utf-8"))
        self.assertEqual(
            [(row["mode"], row["program"]) for row in result["rows"]],
            [(mode, program) for mode in ("x64", "20/s") for program in programs],
            done.stderr,
        )
        for row in result["rows"]:
            self.assertEqual(row["missing"], 0)
            self.assertLessEqual(FIGURES, row["figures"].keys())
            for name in FIGURES:
                self.assertGreater(row["figures"][name], 0, (name, row))
            if row["program"] == "plain-twisted":
                self.assertEqual(set(row["ratios"].values()), {1.0})

    def test_everybody_hears_each_line_once(self) -> None:
        with TemporaryDirectory() as folder, running(PLAIN_TWISTED, core=min(CORES)) as (pid, port):
            load = build(Path(folder))
            with connected(
                load, PLAIN_TWISTED.talk, port=port, pid=pid, clients=12, core=min(CORES)
            ) as people:
                run = people.run(Mode(window=3), 0.1)
                self.assertEqual(run.deliveries, 12 * run.lines)
                run = people.run(Mode(rate=100), 0.1)
                self.assertEqual((run.lines, run.deliveries), (10, 120))
                self.assertLessEqual(run.p50, run.p99)

    def test_a_server_that_goes_away(self) -> None:
        with TemporaryDirectory() as folder:
            load = build(Path(folder))
            with running(PLAIN_TWISTED, core=min(CORES)) as (pid, port):
                talk = PLAIN_TWISTED.talk
                with connected(
                    load, talk, port=port, pid=pid, clients=2, core=min(CORES)
                ) as people:
                    subprocess.run(["kill", "-9", str(pid)], check=True)
                    with self.assertRaises(LoadError):
                        people.run(Mode(window=1), 1.0)


class ModeTests(unittest.TestCase):
    def test_what_is_typed_and_shown(self) -> None:
        self.assertEqual(
            [str(Mode.parse(text)) for text in ("1", "64", "20/s")], ["x1", "x64", "20/s"]
        )
        for text in ("", "0", "-1", "x", "20/m", "9999"):
            with self.assertRaises(ValueError):
                Mode.parse(text)


if __name__ == "__main__":
    unittest.main()
