"""A conversation in which passwords are asked for: what is typed in it is never said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.frontends.line import sentences_accounts as s
from twistchat.session.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.session import Session

BARE = frozenset({"login", "register", "passwd", "password", "identify"})
"""Words that somebody types who has forgotten the slash."""


def may_hold_password(words: str, is_registered: Callable[[str], bool]) -> bool:
    """Whether a line that is to be said looks like one that was meant for the server alone.

    It may be of several words, behind the name of an account.
    """
    first, *rest = words.split(maxsplit=3)
    if first.casefold() not in BARE or not rest:
        return False
    return len(rest) <= 2 or is_registered(rest[0])


class Asking:
    """Asks for one thing after the other, gives them away, and begins anew where they were wrong.

    A line that is empty ends it. While it is not known whether what was given is right, the
    session's input is held: so a second try is never said aloud.
    """

    def __init__(
        self,
        session: Session,
        note: Callable[..., None],
        *,
        steps: Sequence[str],
        give: Callable[[Sequence[str]], bool],
        is_done: Callable[[], bool],
        may_end: bool = True,
        then: Callable[[], None] = lambda: None,
        never_mind: Callable[[], None] | None = None,
        **parameters: str,
    ) -> None:
        self._session = session
        self._note = note
        self._steps = steps
        self._give = give
        self._is_done = is_done
        self._may_end = may_end
        self._then = then
        self._never_mind = never_mind
        """Instead of saying that nothing was done."""
        self._parameters = parameters
        self._answers: list[str] = []
        self.is_over = False

    def asks(self) -> None:
        """Ask for the next thing."""
        self._note(self._steps[len(self._answers)], **self._parameters)

    def hears(self, text: str) -> None:
        """Take an answer."""
        if not text.strip():
            if self._may_end:
                self.is_over = True
                if self._never_mind is None:
                    self._note(s.NEVER_MIND)
                else:
                    self._never_mind()
            else:
                self.asks()
            return
        self._answers.append(text)
        if len(self._answers) < len(self._steps):
            self.asks()
            return
        answers, self._answers = self._answers, []
        if self._give(answers):
            self._session.when_free(self._known)
        else:
            self.asks()

    def _known(self) -> None:
        """See what has become of it."""
        if self._is_done():
            self.is_over = True
            self._then()
        elif self._session.state in (State.DOOR, State.IN):
            self.asks()


# ---------------------------------------------------------------- what is asked for


def house(session: Session, note: Callable[..., None], then: Callable[[], None]) -> Asking:
    """Ask for the password of the house."""
    desk = session.desk

    def give(answers: Sequence[str]) -> bool:
        refused = desk.admit(session, answers[0])
        if refused is not None:
            session.answer(refused)
        return True

    def is_done() -> bool:
        return not desk.asks_house(session)

    return Asking(
        session, note, steps=[s.HOUSE_AGAIN], give=give, is_done=is_done, may_end=False, then=then
    )


def log_in(
    session: Session,
    note: Callable[..., None],
    name: str,
    never_mind: Callable[[], None] | None = None,
) -> Asking:
    """Ask for the password of an account."""

    def give(answers: Sequence[str]) -> bool:
        session.desk.log_in(session, name, answers[0])
        return True

    def is_done() -> bool:
        return session.user is not None and session.user.account is not None

    return Asking(
        session,
        note,
        steps=[s.PASSWORD_OF],
        give=give,
        is_done=is_done,
        never_mind=never_mind,
        name=name[:40],
    )


def register(session: Session, note: Callable[..., None]) -> Asking:
    """Ask for the password of a new account, twice."""

    def give(answers: Sequence[str]) -> bool:
        if not _are_same(note, answers):
            return False
        session.desk.register(session, answers[0])
        return True

    def is_done() -> bool:
        return session.user is None or session.user.account is not None

    steps = [s.PASSWORD_NEW, s.PASSWORD_AGAIN]
    return Asking(session, note, steps=steps, give=give, is_done=is_done, name=session.name)


def change_password(session: Session, note: Callable[..., None]) -> Asking:
    """Ask for the password that an account has, and for another one, twice."""
    account = session.user.account if session.user is not None else None

    def give(answers: Sequence[str]) -> bool:
        old, *new = answers
        if not _are_same(note, new):
            return False
        session.desk.change_password(session, old, new[0])
        return True

    def is_done() -> bool:
        return session.user is None or session.user.account is not account

    steps = [s.PASSWORD_OLD, s.PASSWORD_NEW, s.PASSWORD_AGAIN]
    return Asking(session, note, steps=steps, give=give, is_done=is_done, name=session.name)


def delete_account(session: Session, note: Callable[..., None]) -> Asking:
    """Ask for the password of an account that its owner wants to delete."""

    def give(answers: Sequence[str]) -> bool:
        session.desk.delete_account(session, answers[0])
        return True

    def is_done() -> bool:
        return session.user is None or session.user.account is None

    steps = [s.PASSWORD_DELETE]
    return Asking(session, note, steps=steps, give=give, is_done=is_done, name=session.name)


def _are_same(note: Callable[..., None], answers: Sequence[str]) -> bool:
    one, other = answers
    if one != other:
        note(s.NOT_THE_SAME)
    return one == other
