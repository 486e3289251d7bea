"""One connection to a Redis: what it sends, what it makes of answers, how it notices silence."""

from __future__ import annotations

from typing import Any

from twisted.internet import defer
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twistchat.engine.redis.blocking import packed
from twistchat.engine.redis.connection import Asking, Listening, Pace
from twistchat.engine.redis.link import AnswerLostError, NotSentError, RefusedError, Script

PACE = Pace(reply=4, idle=2, look=0.5)
ADD = Script("add", b"return 1")


class Transport(StringTransport):
    """One that tells its protocol at once that it was aborted."""

    protocol: Any = None

    def abortConnection(self) -> None:
        protocol, self.protocol = self.protocol, None
        if protocol is not None:
            protocol.connectionLost(Failure(ConnectionLost()))


class ConnectionTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.lost: list[str] = []
        self.heard: list[bytes] = []
        self.connection = self.connected(Asking(self.clock, PACE, self.lost.append))

    def connected(self, connection: Any) -> Any:
        self.transport = Transport()
        self.transport.protocol = connection
        connection.makeConnection(self.transport)
        return connection

    def sent(self) -> bytes:
        data: bytes = self.transport.value()
        self.transport.clear()
        return data

    def passes(self, seconds: float) -> None:
        self.clock.pump([0.1] * round(seconds * 10))


class AskingTests(ConnectionTestCase):
    def test_answers_come_in_the_order_of_the_questions(self) -> None:
        asked = [self.connection.ask("GET", key) for key in "abcd"]
        self.assertEqual(self.sent(), b"".join(packed(["GET", key]) for key in "abcd"))
        for byte in b"$1\r\n\xff\r\n:7\r\n$-1\r\n*2\r\n+OK\r\n*1\r\n$2\r\n17\r\n":
            self.connection.dataReceived(bytes([byte]))
        answers = [self.successResultOf(each) for each in asked]
        self.assertEqual(answers, [b"\xff", 7, None, [b"OK", [b"17"]]])

    def test_an_error_is_one_of_its_question_alone(self) -> None:
        first, second = self.connection.ask("A"), self.connection.ask("B")
        self.connection.dataReceived(b"-READONLY You can't write\r\n+OK\r\n")
        error = self.failureResultOf(first, RefusedError).value
        self.assertEqual((error.code, str(error)), ("READONLY", "READONLY You can't write"))
        self.assertEqual(self.successResultOf(second), b"OK")

    def test_a_script_is_sent_once_and_again_where_it_was_forgotten(self) -> None:
        asked = [self.connection.ask_script(ADD, (1, "k", word)) for word in "ab"]
        self.assertEqual(
            self.sent(),
            packed(["EVAL", ADD.text, 1, "k", "a"]) + packed(["EVALSHA", ADD.sha, 1, "k", "b"]),
        )
        self.connection.dataReceived(b":1\r\n-NOSCRIPT No matching script.\r\n")
        self.assertEqual(self.successResultOf(asked[0]), 1)
        self.assertEqual(self.sent(), packed(["EVAL", ADD.text, 1, "k", "b"]))
        self.connection.dataReceived(b":2\r\n")
        self.assertEqual(self.successResultOf(asked[1]), 2)

    def test_when_it_is_lost_nobody_knows_what_was_done(self) -> None:
        asked = self.connection.ask("INCR", "a")
        self.connection.connectionLost(Failure(ConnectionLost()))
        self.failureResultOf(asked, AnswerLostError)
        self.failureResultOf(self.connection.ask("INCR", "a"), NotSentError)
        self.assertEqual(len(self.lost), 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_what_takes_too_long_for_whoever_asks(self) -> None:
        asked, other = self.connection.ask("INCR", "a"), self.connection.ask("GET", "a")
        asked.addTimeout(1.0, self.clock)
        self.passes(1.5)
        self.failureResultOf(asked, defer.TimeoutError)
        self.connection.dataReceived(b":1\r\n$1\r\n1\r\n")
        self.assertEqual(self.successResultOf(other), b"1")

    def test_what_is_no_redis_is_left(self) -> None:
        asked = self.connection.ask("INFO")
        self.connection.dataReceived(b"HTTP/1.1 400 Bad Request\r\n")
        self.failureResultOf(asked, AnswerLostError)
        self.assertEqual(self.lost, ["what is there is no Redis"])


class SilenceTests(ConnectionTestCase):
    def test_it_is_asked_whether_it_is_there(self) -> None:
        for _ in range(3):
            self.passes(1.4)
            self.assertEqual(self.sent(), b"")
            self.passes(1.3)
            self.assertEqual(self.sent(), packed(["PING"]))
            self.connection.dataReceived(b"+PONG\r\n")
        self.assertEqual(self.lost, [])

    def test_without_an_answer_it_is_gone(self) -> None:
        self.passes(1)
        asked = self.connection.ask("INCR", "a")
        self.passes(3.9)
        self.assertNoResult(asked)
        self.passes(0.7)
        error = self.failureResultOf(asked, AnswerLostError).value
        self.assertEqual(str(error), "it has not answered for 4 seconds")
        self.assertEqual(self.lost, [str(error)])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_slow_answers_are_answers(self) -> None:
        asked = [self.connection.ask("GET", "a") for _ in range(5)]
        for each in asked:
            self.passes(3)
            self.connection.dataReceived(b":1\r\n")
            self.successResultOf(each)
        self.assertEqual(self.lost, [])

    def test_a_process_that_stood_still_itself_reads_what_has_come_meanwhile(self) -> None:
        asked = self.connection.ask("GET", "a")
        self.passes(1)
        self.clock.advance(60)
        self.connection.dataReceived(b":1\r\n")
        self.successResultOf(asked)
        self.connection.ask("GET", "a").addErrback(lambda _: None)
        self.clock.advance(60)
        self.passes(5)
        self.assertEqual(len(self.lost), 1)


class ListeningTests(ConnectionTestCase):
    def test_what_is_published_is_told_beside_answers(self) -> None:
        listening = self.connected(Listening(self.clock, PACE, self.lost.append, self.heard.append))
        subscribed = listening.ask("SUBSCRIBE", "wake")
        listening.dataReceived(b"*3\r\n$9\r\nsubscribe\r\n$4\r\nwake\r\n:1\r\n")
        self.successResultOf(subscribed)
        listening.dataReceived(b"*3\r\n$7\r\nmessage\r\n$4\r\nwake\r\n$2\r\n17\r\n")
        self.passes(2.5)
        self.assertEqual(self.sent(), packed(["SUBSCRIBE", "wake"]) + packed(["PING"]))
        listening.dataReceived(b"*3\r\n$7\r\nmessage\r\n$4\r\nwake\r\n$2\r\n18\r\n")
        listening.dataReceived(b"*2\r\n$4\r\npong\r\n$0\r\n\r\n")
        self.passes(1)
        self.assertEqual((self.heard, self.lost), ([b"17", b"18"], []))
