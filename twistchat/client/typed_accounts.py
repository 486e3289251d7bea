"""What the commands about accounts do; each asks for its passwords on lines of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.client import sentences as s
from twistchat.client import sentences_accounts as a
from twistchat.client.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from twistchat.client.api import Client
    from twistchat.client.prompt import Prompt
    from twistchat.client.typed import Screen

BARE = frozenset({"login", "register", "passwd", "password", "identify"})
"""Words that somebody types who has forgotten the slash."""

TYPED_WRONG = frozenset({
    "wrong-password", "attempts-too-fast", "login-busy", "password-short", "password-long",
    "password-characters", "password-is-name",
})  # fmt: skip
"""Refusals after which it is asked again."""


def may_hold_password(words: str, name: str) -> bool:
    """Whether a line that is to be said looks like one that was meant for the server alone.

    It may be of several words, behind one's own name.
    """
    first, *rest = words.split(maxsplit=3)
    if first.casefold() not in BARE or not rest:
        return False
    return len(rest) <= 2 or rest[0].casefold() == name.casefold()


class AccountCommands:
    """A part of `Commands`."""

    _client: Client
    _screen: Screen
    _prompt: Prompt

    async def _login(self, words: str) -> None:
        name, *rest = words.split() or [self._client.name]
        if rest:
            self._screen.show(a.ON_ITS_OWN)
        if self._client.account is not None:
            self._screen.show(a.ACCOUNT_OF.format(name=self._client.account))
            return

        async def log_in(answers: Sequence[str]) -> None:
            await self._client.log_in(name, answers[0])

        await self._asking([a.ASK_OF.format(name=name)], log_in)

    async def _register(self, words: str) -> None:
        if words.strip():
            self._screen.show(a.ON_ITS_OWN)
        if self._client.account is not None:
            self._screen.show(a.ACCOUNT_OF.format(name=self._client.account))
            return

        async def register(answers: Sequence[str]) -> None:
            await self._client.register(answers[0])

        questions = [a.ASK_NEW.format(name=self._client.name), a.ASK_SAME]
        await self._asking(questions, register, is_same=True)

    async def _passwd(self, words: str) -> None:
        if words.strip():
            self._screen.show(a.ON_ITS_OWN)
        if not self._has_account():
            return

        async def change(answers: Sequence[str]) -> None:
            await self._client.change_password(answers[0], answers[1])

        new = a.ASK_NEW.format(name=self._client.name)
        await self._asking([a.ASK_OLD, new, a.ASK_SAME], change, is_same=True)

    async def _account(self, words: str) -> None:
        if not self._has_account() or words.strip().casefold() != "delete":
            if self._client.account is not None:
                self._screen.show(a.ACCOUNT_OF.format(name=self._client.account))
            return

        async def delete(answers: Sequence[str]) -> None:
            await self._client.delete_account(answers[0])

        await self._asking([a.DELETE.format(name=self._client.name)], delete)

    async def _logout(self, words: str) -> None:
        if self._has_account():
            await self._client.log_out()

    def _has_account(self) -> bool:
        if self._client.account is None:
            self._screen.show(a.NO_ACCOUNT.format(name=self._client.name))
        return self._client.account is not None

    async def _asking(
        self,
        questions: Sequence[str],
        give: Callable[[Sequence[str]], Awaitable[None]],
        *,
        is_same: bool = False,
    ) -> None:
        """Ask all of this, and give the answers away, until that is right; or never mind.

        `is_same`: the last two have to be the same.
        """
        try:
            while True:
                answers: list[str] = []
                for question in questions:
                    answer = await self._prompt.ask_secretly(question)
                    if not answer.strip():
                        self._screen.show(a.NEVER_MIND)
                        return
                    answers.append(answer)
                if is_same and answers[-1] != answers[-2]:
                    self._screen.show(a.NOT_THE_SAME)
                    continue
                try:
                    await give(answers)
                except RefusedError as error:
                    if error.code not in TYPED_WRONG:
                        raise
                    self._screen.show(s.NOTED.format(line=s.refused(error)))
                else:
                    return
        finally:
            self._prompt.end()
