"""What send and tail are made of: the cursor, the output, names, times, pages."""

from __future__ import annotations

import argparse
import errno
import json
import os
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.client import fake
from tests.client.fake import Network
from tests.folders import temporary_folder
from twistchat.client import events as e
from twistchat.client import scripts, tail
from twistchat.client.api import Client
from twistchat.client.cursor import Cursor, NoCursorError
from twistchat.client.output import Output
from twistchat.client.rooms import Place
from twistchat.client.scripts import EndError
from twistchat.client.tail import Tail, as_json, as_text


class CursorTests(SynchronousTestCase):
    def test_it_outlives_its_process(self) -> None:
        path = temporary_folder(self) / "cursor.json"
        cursor = Cursor(path)
        cursor.load()
        self.assertIsNone(cursor.place("#猫"))
        cursor.move("#猫", Place("e", 3))
        cursor.move("#lab", Place("f", 1))
        cursor.save()
        cursor.move("#猫", Place("e", 4))
        again = Cursor(path)
        again.load()
        self.assertEqual((again.place("#猫"), again.place("#lab")), (("e", 3), ("f", 1)))
        self.assertEqual([file.name for file in path.parent.iterdir()], ["cursor.json"])

    def test_what_is_none(self) -> None:
        path = temporary_folder(self) / "cursor.json"
        for text in (
            "", "[]", '{"#lab": 3}', '{"#lab": ["e"]}', "\xff", '{"#lab": ["e", 1e999]}',
            "[" * 100_000,
        ):  # fmt: skip
            path.write_text(text, "latin-1")
            self.assertRaises(NoCursorError, Cursor(path).load)
        self.assertRaises(NoCursorError, Cursor(path.parent).load)

    def test_two_who_write_one_for_their_rooms(self) -> None:
        path = temporary_folder(self) / "cursor.json"
        tea, lab = Cursor(path), Cursor(path)
        for number in (1, 2):
            for cursor, room in ((tea, "#tea"), (lab, "#lab")):
                cursor.move(room, Place("e", number))
                cursor.save()
        tea.move("#tea", Place("e", 3))
        tea.save()
        again = Cursor(path)
        again.load()
        self.assertEqual((again.place("#tea"), again.place("#lab")), (("e", 3), ("e", 2)))

    def test_where_none_can_be_written(self) -> None:
        folder = temporary_folder(self)
        Cursor(folder / "cursor.json").check()
        self.assertEqual(list(folder.iterdir()), [])
        self.assertRaises(NoCursorError, Cursor(folder / "none" / "cursor.json").check)

    def test_a_link_stays_one(self) -> None:
        folder = temporary_folder(self)
        (folder / "link.json").symlink_to(folder / "cursor.json")
        cursor = Cursor(folder / "link.json")
        cursor.move("#lab", Place("e", 1))
        cursor.save()
        self.assertTrue((folder / "link.json").is_symlink())
        self.assertTrue((folder / "cursor.json").is_file())


class OutputTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.read, self.write = os.pipe()
        self.addCleanup(self.close)
        self.output = Output(self.clock, self.write)

    def close(self) -> None:
        for descriptor in (self.read, self.write):
            if descriptor >= 0:
                os.close(descriptor)

    def test_a_reader_that_is_slow(self) -> None:
        data = bytes(range(256)) * 2000
        writing = Deferred.fromCoroutine(self.output.write(data))
        self.assertNoResult(writing)
        got = b""
        while len(got) < len(data):
            got += os.read(self.read, 10_000)
            self.clock.advance(0.02)
        self.assertEqual(got, data)
        self.successResultOf(writing)

    def test_a_reader_that_is_gone(self) -> None:
        self.assertFalse(self.output.is_broken())
        os.close(self.read)
        self.read = -1
        self.assertTrue(self.output.is_broken())
        self.failureResultOf(Deferred.fromCoroutine(self.output.write(b"x")), BrokenPipeError)


class Written(Output):
    """Remembers what is written; after so many lines nobody reads any more."""

    def __init__(self, most: int = 1000) -> None:
        self.data = b""
        self._most = most

    def is_broken(self) -> bool:
        return False

    async def write(self, data: bytes) -> None:
        if self.data.count(b"\n") >= self._most:
            raise BrokenPipeError
        self.data += data


class TailTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.net = Network()
        self.path = temporary_folder(self) / "cursor.json"
        self.complaints: list[str] = []
        self.patch(tail, "complain", self.complaints.append)

    def tail(self, since: int | float | None = None, **options: Any) -> Tail:
        clock = self.net.clock
        listen = bool(options.get("follow"))
        client = Client(clock, self.net.endpoint, retry=lambda _: 1.0, listen=listen)
        cursor = Cursor(self.path)
        cursor.load()
        given = {"room": "#lab", "follow": False, "json": False, "nick": "tail",
                 "login": None, "server": "x"}  # fmt: skip
        self.output = Written(options.pop("most", 1000))
        return Tail(
            reactor=clock, client=client, options=argparse.Namespace(**{**given, **options}),
            since=since, cursor=cursor, output=self.output,
        )  # fmt: skip

    def run_tail(self, *args: Any, **options: Any) -> int:
        made = self.tail(*args, **options)
        going = Deferred.fromCoroutine(made.go())
        self.net.carry()
        status: int = self.successResultOf(going)
        made.close()
        self.quit(made)
        return status

    def quit(self, made: Tail) -> None:
        Deferred.fromCoroutine(made._client.quit())
        self.net.carry()

    def say(self, first: int, last: int) -> None:
        for number in range(first, last + 1):
            self.net.server.say("#lab", "ann", f"line {number}")

    def printed(self) -> list[int]:
        lines = self.output.data.decode().splitlines()
        return [int(line.rpartition(" ")[2]) for line in lines]

    def test_pages(self) -> None:
        self.say(1, 23)
        self.assertEqual(self.run_tail(1), 0)
        self.assertEqual(self.printed(), list(range(1, 24)))
        self.path.unlink()
        self.run_tail(20)
        self.assertEqual(self.printed(), [20, 21, 22, 23])

    def test_a_cursor(self) -> None:
        self.say(1, 12)
        self.run_tail(3)
        self.say(13, 20)
        self.run_tail(3)
        self.assertEqual(self.printed(), list(range(13, 21)))
        self.run_tail()
        self.assertEqual(self.printed(), [])

    def test_a_broken_pipe_moves_the_cursor_past_what_was_written_alone(self) -> None:
        self.say(1, 12)
        self.assertEqual(self.run_tail(1, most=7), 141)
        self.assertEqual(json.loads(self.path.read_text("utf-8")), {"#lab": ["e1", 7]})
        self.run_tail()
        self.assertEqual(self.printed(), [8, 9, 10, 11, 12])

    def test_a_cursor_that_cannot_be_kept(self) -> None:
        def fails(_: Cursor) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        self.patch(Cursor, "save", fails)
        self.say(1, 12)
        self.assertEqual(self.run_tail(1), 1)
        self.assertEqual(self.complaints, ["cannot keep the cursor: No space left on device"])

    def test_a_disk_that_is_full(self) -> None:
        async def fails(_: Written, data: bytes) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        self.patch(Written, "write", fails)
        self.say(1, 2)
        made = self.tail(1)
        going = Deferred.fromCoroutine(made.go())
        self.net.carry()
        error = self.failureResultOf(going, EndError).value
        self.assertEqual(str(error), "cannot write: No space left on device")
        made.close()
        self.quit(made)

    def test_a_room_that_has_begun_anew(self) -> None:
        self.say(1, 12)
        self.run_tail(1)
        self.net.server.new_epoch()
        self.say(1, 3)
        self.run_tail(json=True)
        gap, *lines = [json.loads(line) for line in self.output.data.decode().splitlines()]
        self.assertEqual((gap["type"], gap["why"]), ("gap", "epoch"))
        self.assertEqual([line["number"] for line in lines], [1, 2, 3])
        self.assertEqual(len(self.complaints), 1)

    def test_following_over_a_lost_connection_and_more_than_a_page(self) -> None:
        self.say(1, 3)
        made = self.tail(1, follow=True)
        Deferred.fromCoroutine(made.go()).addErrback(lambda _: None)
        self.net.carry()
        self.say(4, 5)
        self.net.carry()
        self.net.wire.lose()
        self.say(6, 30)
        self.net.wait(3)
        self.say(31, 31)
        self.net.carry()
        self.assertEqual(self.printed(), list(range(1, 32)))
        self.assertEqual(self.complaints, [])
        made.close()
        self.quit(made)

    def test_what_could_not_be_read_for_a_while(self) -> None:
        self.say(1, 3)
        made = self.tail(1, follow=True)
        Deferred.fromCoroutine(made.go()).addErrback(lambda _: None)
        self.net.carry()
        for number in (4, 5):
            self.net.server.numbered("#lab", type="said", who="ann", text=f"line {number}")
        self.net.server.refuse["history"] = {"code": "no-history"}
        self.net.wire.call.gap("#lab", 4, 5, "unread")
        self.net.wait(3)
        self.say(6, 6)
        self.net.carry()
        self.assertEqual(self.printed(), [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.complaints, [])
        made.close()
        self.quit(made)

    def test_much_that_happens_while_the_past_is_printed(self) -> None:
        usual = fake.Call.do_history

        def busy(call: fake.Call, asked: Any, ident: Any) -> None:
            for number in range(50_000):
                call.send({"type": "joined", "room": "#lab", "who": f"guest{number}", "time": 0.0})
            self.say(24, 24)
            self.patch(fake.Call, "do_history", usual)
            usual(call, asked, ident)

        for follow in (False, True):
            self.net = Network()
            self.say(1, 23)
            self.patch(fake.Call, "do_history", busy)
            made = self.tail(1, follow=follow)
            going = Deferred.fromCoroutine(made.go()).addErrback(lambda _: None)
            self.net.carry()
            self.assertEqual(self.printed(), list(range(1, 25 if follow else 24)))
            self.assertEqual(going.called, not follow)
            made.close()
            self.quit(made)
            self.path.unlink()

    def test_what_is_written_is_harmless(self) -> None:
        event = e.Said(
            room="#lab", epoch="e", number=1, time=0.0, who="a", text="\x1b[2J\x9b\u202e猫"
        )
        self.assertNotIn("\x1b", as_text(event, "#lab").decode())
        told = {"type": "said", "text": event.text, "re": 3}
        line = as_json(told).decode()
        self.assertEqual(json.loads(line), {"type": "said", "text": event.text})
        self.assertIn("\\u009b\\u202e猫", line)


class NameTests(SynchronousTestCase):
    def test_names_of_users(self) -> None:
        for user, name in {
            "bob": "bob", "NT\\bob smith": "NTbobsmith", "": "script", "1000": "script1000",
            "x" * 40: "x" * 16,
        }.items():  # fmt: skip
            self.patch(os, "environ", {"USER": user})
            self.assertEqual(scripts.made_name(), name)
