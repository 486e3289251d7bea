"""The benchmarks run, and say something about each program; nothing about how fast."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import unittest
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.engine.report import disk_line, histograms
from benchmarks.fit import fit
from benchmarks.load import LoadError, Mode, Run, build, connected
from benchmarks.page import page
from benchmarks.results import PARTS, Results
from benchmarks.servers import (
    C_COALESCING,
    C_SEND,
    PLAIN_TWISTED,
    TWISTCHAT,
    TWISTCHAT_JSON_ID,
    Program,
    running,
)

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "benchmarks" / "fanout.py"
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


def run_module(case: unittest.TestCase, module: str, *words: str) -> str:
    """Run a benchmark as its users do, to a good end. Returns what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    case.assertEqual(done.returncode, 0, done.stderr)
    return done.stdout


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

    def test_the_acknowledgement_of_a_program_is_its_own_line(self) -> None:
        run = self.talk(TWISTCHAT_JSON_ID, 5)
        self.assertEqual((run.missing, run.deliveries), (0, 5 * run.lines))

    def test_somebody_who_does_not_read_is_not_waited_for(self) -> None:
        run = self.talk(replace(TWISTCHAT, talk=replace(TWISTCHAT.talk, prefix="x" * 3000)), 5, 1)
        self.assertEqual((run.lines, run.missing, run.deliveries), (20, 0, 80))

    def talk(self, program: Program, clients: int, stalled: int = 0) -> Run:
        core = min(CORES)
        with TemporaryDirectory() as folder, running(program, core=core) as (pid, port):
            load, talk = build(Path(folder)), program.talk
            with connected(
                load, talk, port=port, pid=pid, clients=clients, core=core, senders=2
            ) as people:
                people.stall(stalled)
                return people.run(Mode(window=3), 5.0, lines=20)

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


@unittest.skipUnless(sys.platform == "linux", "the load generator uses epoll")
@unittest.skipUnless(shutil.which("cc"), "the load generator is compiled on the spot")
@unittest.skipUnless(len(CORES) > 1, "server and load need a core each")
class EngineBenchmarkTests(unittest.TestCase):
    def test_every_line_is_kept_and_told(self) -> None:
        engines = ["memory", "sqlite full", "sqlite fast"]
        with TemporaryDirectory() as folder:
            saved = Path(folder) / "result.json"
            words = ["--quick", "--seconds", "0.3", "--folder", folder, "--json", str(saved)]
            shown = run_module(self, "benchmarks.engine", *words)
            self.assertEqual(list(Path(folder).iterdir()), [saved])
            result = json.loads(saved.read_text(encoding="utf-8"))
        served = {(one["engine"], one["mode"]): one for one in result["served"]}
        self.assertEqual(
            set(served), {(name, mode) for name in engines for mode in ("x64", "20/s")}
        )
        for (engine, _), one in served.items():
            run, commits = one["run"], one["commits_by_events"]
            self.assertEqual((run["missing"], run["deliveries"]), (0, 10 * run["lines"]))
            self.assertLessEqual(run["echo_p50"], run["echo_worst"])
            self.assertLessEqual(run["p50"], run["worst"])
            kept = sum(int(events) * count for events, count in commits.items())
            self.assertEqual(one["kept"], None if engine == "memory" else one["said"])
            self.assertEqual(kept, 0 if engine == "memory" else run["lines"])
        self.assertEqual(
            [(one["engine"], one["outstanding"]) for one in result["alone"]],
            [(name, outstanding) for name in engines for outstanding in (1, 10, 100)],
        )
        for one in result["alone"]:
            self.assertGreaterEqual(one["events"], one["outstanding"])
        self.assertIn("the disk alone", result["commit_us"])
        for words_shown in ("The databases are on", *engines, "sqlite full, 10 people, x64"):
            self.assertIn(words_shown, shown)


class HistogramTests(unittest.TestCase):
    def test_a_bar_for_each_doubling(self) -> None:
        shown = histograms({"commits": [0.001] * 3 + [0.005]})
        self.assertEqual(
            shown,
            "commits: 4 times, p50 1 ms, p99 5 ms, worst 5 ms\n\n"
            "     0.512-1.02 ms ██████████████████        75.0 %\n"
            "      1.02-2.05 ms\n"
            "       2.05-4.1 ms\n"
            "       4.1-8.19 ms ██████                    25.0 %\n",
        )

    def test_memory_is_no_disk(self) -> None:
        self.assertIn("NO DISK", disk_line("tmpfs", [0.001]))
        self.assertNotIn("NO DISK", disk_line("ext4", [0.001]))


class ModeTests(unittest.TestCase):
    def test_what_is_typed_and_shown(self) -> None:
        self.assertEqual(
            [str(Mode.parse(text)) for text in ("1", "64", "20/s")], ["x1", "x64", "20/s"]
        )
        for text in ("", "0", "-1", "x", "20/m", "9999"):
            with self.assertRaises(ValueError):
                Mode.parse(text)


@unittest.skipUnless(len(CORES) > 1, "server and load need a core each")
class ResumeBenchmarkTests(unittest.TestCase):
    def test_nobody_misses_anything(self) -> None:
        with TemporaryDirectory() as folder:
            words = ["--clients", "20", "--seconds", "0.5", "--missed", "0.5", "--folder", folder]
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.resume", *words],
                capture_output=True,
                text=True,
                check=False,
                cwd=ROOT,
                timeout=100,
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("missed lines; 0 holes or doubles.", done.stdout)
        rows = [line[:24].strip() for line in done.stdout.splitlines()[2:]]
        names = ["coming in, 50 at once", "before", "talkers alone", "all come back", "after"]
        self.assertEqual(rows, names)


@unittest.skipUnless(len(CORES) > 1, "server and load need a core each")
class PasswordsBenchmarkTests(unittest.TestCase):
    def test_each_password_is_answered(self) -> None:
        with TemporaryDirectory() as folder:
            words = ["--seconds", "0.5", "--owners", "5", "--rate", "20", "--folder", folder]
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.passwords", *words],
                capture_output=True,
                text=True,
                check=False,
                cwd=ROOT,
                timeout=100,
            )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("{'wrong-password': 200}", done.stdout)
        self.assertIn("{'welcome': 5}", done.stdout)


@unittest.skipUnless(sys.platform == "linux", "the clients use epoll")
@unittest.skipUnless(shutil.which("cc"), "they are compiled on the spot")
@unittest.skipUnless(len(CORES) > 1, "server and load need a core each")
class JoinStormBenchmarkTests(unittest.TestCase):
    def test_everybody_knows_of_everybody(self) -> None:
        with TemporaryDirectory() as folder:
            saved = Path(folder) / "storms.json"
            words = ["--clients", "40", "--rounds", "2", "--json", str(saved)]
            shown = run_module(self, "benchmarks.join_storm", *words)
            storms = json.loads(saved.read_text(encoding="utf-8"))
        self.assertIn("40 clients join one room; medians of 2 rounds.", shown)
        self.assertEqual(len(storms["twistchat-irc"]), 2)
        for storm in storms["twistchat-irc"]:
            # Each is told of its own JOIN, and of those after it; of the others at most once more.
            self.assertGreaterEqual(storm["joins"], 40 * 41 // 2)
            self.assertLessEqual(storm["joins"], 40 * 40)
            self.assertLessEqual(storm["own_p50"], storm["wall"])


@unittest.skipUnless(sys.platform == "linux", "the load generator uses epoll")
@unittest.skipUnless(shutil.which("cc"), "the load generator is compiled on the spot")
@unittest.skipUnless(shutil.which("redis-server"), "nodes share a Redis")
@unittest.skipUnless(len(CORES) > 1, "servers and load need a core each")
class NodesBenchmarkTests(unittest.TestCase):
    def test_everybody_hears_each_line_once_whatever_node_they_are_at(self) -> None:
        plans = ["sqlite", "redis, 2 processes"]
        with TemporaryDirectory() as folder:
            saved = Path(folder) / "saved.json"
            words = ["--clients", "4", "--processes", "2", "--rounds", "1", "--seconds", "0.3"]
            words += ["--folder", folder, "--json", str(saved)]
            shown = run_module(self, "benchmarks.nodes", *words)
            result = json.loads(saved.read_text(encoding="utf-8"))
        crowd = {(one["plan"], one["mode"]): one["run"] for one in result["crowd"]}
        self.assertEqual(set(crowd), {(plan, mode) for plan in plans for mode in ("x64", "20/s")})
        for (plan, _), run in crowd.items():
            people = 4 * (1 + plans.index(plan))
            self.assertEqual((run["missing"], run["deliveries"]), (0, people * run["lines"]))
        self.assertEqual([one["plan"] for one in result["pair"]], plans)
        for plan in plans:
            self.assertIn(f"| {plan}", shown)


@unittest.skipUnless(sys.platform == "linux", "the chat in C uses epoll")
@unittest.skipUnless(shutil.which("cc"), "it is compiled on the spot")
class ChatInCTests(unittest.TestCase):
    def test_a_line_goes_through(self) -> None:
        for program in (C_COALESCING, C_SEND):
            with running(program, core=min(CORES)) as (_, port):
                alice, bob = self.come_in("alice", port), self.come_in("bob", port)
                with closing(alice), closing(bob):
                    self.hear(alice, b"bob joined.\n")
                    alice.sendall(b"hel")
                    bob.sendall(b"one\r\ntwo\n")
                    self.hear(alice, b"bob: two\n")
                    alice.sendall(b"lo\n")
                    self.assertEqual(self.hear(bob, b"lo\n"), b"bob: one\nbob: two\nalice: hello\n")

    def test_who_did_not_read_gets_every_byte(self) -> None:
        lines = [b"%06d" % number + b"x" * 5000 + b"\n" for number in range(4000)]
        for program in (C_COALESCING, C_SEND):
            with running(program, core=min(CORES)) as (_, port):
                alice, bob = self.come_in("alice", port), self.come_in("bob", port)
                with closing(alice), closing(bob):
                    self.hear(alice, b"bob joined.\n")
                    for line in lines:  # more than both sockets take
                        alice.sendall(line)
                        self.hear(alice, line[-3:])
                    expected = b"".join(b"alice: " + line for line in lines)
                    heard = bytearray()
                    while len(heard) < len(expected):
                        heard += bob.recv(1 << 20)
                    self.assertTrue(heard == expected)

    def come_in(self, name: str, port: int) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", port), timeout=10)
        client.sendall(name.encode() + b"\n")
        self.hear(client, f"{name} joined.\n".encode())
        return client

    def hear(self, client: socket.socket, end: bytes) -> bytes:
        heard = b""
        while not heard.endswith(end):
            data = client.recv(1 << 16)
            self.assertTrue(data, heard)
            heard += data
        return heard


@unittest.skipUnless(sys.platform == "linux", "the load generator uses epoll")
@unittest.skipUnless(shutil.which("cc"), "the load generator is compiled on the spot")
@unittest.skipUnless(len(CORES) > 1, "server and load need a core each")
class PageTests(unittest.TestCase):
    def test_those_who_talk(self) -> None:
        written = self.written_by("fanout,latency", "--clients", "5,10", "--modes", "64")
        for words in ("## Aims", "10 clients, x64: CPU of twistchat", "a commit alone", "off by"):
            self.assertIn(words, written)
        self.assertIn("Not measured in this run: json, tls, engine, memory, connect.", written)

    def test_those_who_are_silent(self) -> None:
        written = self.written_by("memory,connect")
        for words in ("KiB/client of 50", "each more", "all in, s"):
            self.assertIn(words, written)

    def written_by(self, parts: str, *options: str) -> str:
        with TemporaryDirectory() as name:
            folder = Path(name)
            words = ["--only", parts, "--seconds", "0.1", "--programs", "c-coalescing,twistchat"]
            words += ["--folder", name, "--out", name, "--json", str(folder / "saved")]
            self.run_it("--quick", *words, *options)
            written = (folder / "performance.md").read_text(encoding="utf-8")
            self.run_it("--from", str(folder / "saved"), "--out", str(folder / "again"))
            again = (folder / "again" / "performance.md").read_text(encoding="utf-8")
        self.assertEqual(written, again)
        self.assertNotIn(str(ROOT), written)
        return written

    def run_it(self, *words: str) -> None:
        run_module(self, "benchmarks", *words)

    def test_nothing_was_measured(self) -> None:
        about = {"machine": {"cores": "2"}, "rounds": 1, "seconds": 1.0}
        written = page(Results(about, list(PARTS)), (), "Remarks.")
        self.assertIn("not measured", written)
        self.assertTrue(written.endswith("Remarks."))


class FitTests(unittest.TestCase):
    def test_a_straight_line_is_found_again(self) -> None:
        line = fit([(10, 7.0), (100, 52.0), (1000, 502.0)])
        assert line is not None
        self.assertAlmostEqual(line.once, 2.0)
        self.assertAlmostEqual(line.each, 0.5)
        self.assertAlmostEqual(line.worst, 0.0)

    def test_small_rooms_count_as_much_as_large_ones(self) -> None:
        line = fit([(10, 10.0), (100, 20.0), (1000, 1000.0)])
        assert line is not None
        self.assertLess(line.worst, 1.0)
        self.assertGreater(line.worst, 0.1)

    def test_one_size_is_no_line(self) -> None:
        self.assertIsNone(fit([(10, 1.0), (10, 2.0)]))


if __name__ == "__main__":
    unittest.main()
