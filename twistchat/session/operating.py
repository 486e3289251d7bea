"""What an operator does without a session: from the console, or another program of theirs."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, fail, succeed

from twistchat.core import commands as c
from twistchat.core.accounts import AccountDeed
from twistchat.core.concerns import changes_state
from twistchat.core.events import NotKept, Refusal, Refused
from twistchat.core.model import User
from twistchat.core.names import fold, longest_typed
from twistchat.login import LoginRefused
from twistchat.session.putting_out import put_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.python.failure import Failure

    from twistchat.core.accounts import Account
    from twistchat.core.chat import Chat
    from twistchat.core.commands import Command
    from twistchat.core.events import Item
    from twistchat.pipeline import Pipeline
    from twistchat.telling.fanout import Fanout


class NotDoneError(Exception):
    """It was refused, or could not be kept; `why` says which."""

    def __init__(self, why: Refused | NotKept) -> None:
        super().__init__(type(why).__name__)
        self.why = why


class Operator:
    """Whoever is at the server itself: asks like anybody, and may do everything."""

    def __init__(self, *, chat: Chat, pipeline: Pipeline, fanout: Fanout) -> None:
        self.user = User("operator", "operator", operator=True)
        self._chat = chat
        self._pipeline = pipeline
        self._fanout = fanout
        self._adopting: dict[str, list[Deferred[Account]]] = {}
        """Who waits for accounts that are being made for others, by their names."""

    def perform(self, command: Command) -> Deferred[Sequence[Item]]:
        """Do this. Fires with what follows when all of that is kept, else with `NotDoneError`."""
        decided = self._chat.perform(self.user, command)
        if isinstance(decided, Refused):
            return fail(NotDoneError(decided))
        waiting = sum(map(changes_state, decided))
        done = _Doing(decided, waiting) if waiting else None
        self._pipeline.submit(decided, done)
        put_out(decided, self._fanout)
        # Answers about durable state are as it stands: nothing of ours is under way before them.
        answers = [self._chat.completed(item) for item in decided]
        return succeed(answers) if done is None else done.done

    def adopt(self, name: str) -> Deferred[Account]:
        """Make an account for somebody whom others know by a name, and by a password of theirs.

        Whoever logs in twice at once has one.
        """
        folded = fold(name.strip()[: longest_typed(self._chat.limits.name_characters)])
        if (under_way := self._adopting.get(folded)) is not None:
            waiting: Deferred[Account] = Deferred()
            under_way.append(waiting)
            return waiting
        waiters = self._adopting[folded] = []
        identity = secrets.token_hex(8)
        made = self.perform(c.ChangeAccount(AccountDeed.REGISTER, name, identity))

        def account(_: Sequence[Item]) -> Account:
            found = self._chat.accounts.named(name)
            if found is None:  # nobody else's: the name was free, and is kept
                raise LoginRefused(Refused(Refusal.UNAVAILABLE))
            return found

        def refuse(failure: Failure) -> Failure:
            why = failure.value.why if isinstance(failure.value, NotDoneError) else None
            raise LoginRefused(why if isinstance(why, Refused) else Refused(Refusal.UNAVAILABLE))

        def settled(result: Account | Failure) -> Account | Failure:
            del self._adopting[folded]
            for waiter in waiters:
                waiter.callback(result)  # of a failure it makes an error
            return result

        return made.addCallbacks(account, refuse).addBoth(settled)


class _Doing:
    """Waits for what was decided to be kept. See `twistchat.pipeline.Waiter`."""

    def __init__(self, decided: Sequence[Item], waiting: int) -> None:
        self.done: Deferred[Sequence[Item]] = Deferred()
        self._decided = decided
        self._waiting = waiting
        self._failed: NotKept | None = None

    def settled(self, outcome: Item) -> None:
        """Take note of what has become of one of them. Called by the pipeline."""
        self._waiting -= 1
        if isinstance(outcome, NotKept):
            self._failed = outcome
        if self._waiting:
            return
        if self._failed is not None:
            self.done.errback(NotDoneError(self._failed))
        else:
            self.done.callback(self._decided)
