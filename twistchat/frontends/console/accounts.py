"""The operator's commands about accounts. A password comes beside its command, never in it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from twistchat.core import events as e
from twistchat.core.accounts import AccountDeed, Role
from twistchat.core.commands import ChangeAccount
from twistchat.core.events import Refusal, Refused
from twistchat.frontends.console.command import Asked, Command, UsageError
from twistchat.frontends.console.people import on_the_clock
from twistchat.frontends.console.results import Column, Sentences, Table
from twistchat.login import LoginRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.accounts.keeping import Passwords
    from twistchat.core.accounts import Account
    from twistchat.core.chat import Chat
    from twistchat.frontends.console.errands import Errands
    from twistchat.frontends.console.results import Result

HOW = (
    "Usage: account, account add NAME [ROLE], account passwd NAME, account role NAME ROLE,"
    " account disable NAME, account enable NAME, account delete NAME"
)

NOT_HERE = "A password is not typed behind a name: it is asked for."

NO_ROLE = f"A role is one of: {', '.join(Role)}. A password is not typed here: it is asked for."

PLAIN = {
    "disable": AccountDeed.DISABLE,
    "enable": AccountDeed.ENABLE,
    "delete": AccountDeed.DELETE,
}
"""What takes a name, and no more."""

ACCOUNTS = (
    Column("name", "NAME"),
    Column("role", "ROLE"),
    Column("standing", "STANDING"),
    Column("since", "SINCE", on_the_clock),
    Column("online", "ONLINE", lambda online: "yes" if online else "no"),
)


class Accounts:
    """What the operator does about accounts.

    `good_password` reads a password that is wished for the account of a name, or says why it
    cannot be one.
    """

    def __init__(
        self,
        *,
        chat: Chat,
        errands: Errands,
        passwords: Passwords,
        good_password: Callable[[str, str], str | Refused],
    ) -> None:
        self._chat = chat
        self._errands = errands
        self._passwords = passwords
        self._good_password = good_password

    def commands(self) -> Sequence[Command]:
        """List the commands. Not for the chat, where passwords would be seen."""
        verbs = "list; add passwd role disable enable delete"
        return (Command("account", "[VERB NAME]", verbs, self._account),)

    def _account(self, asked: Asked) -> Result | Deferred[Result]:
        verb, _, words = asked.words.partition(" ")
        verb, rest = verb.casefold(), words.split()
        match verb, rest:
            case (("" | "list"), []):
                return self._list()
            case "add", [name]:
                return Deferred.fromCoroutine(self._add(name, Role.PERSON, asked))
            case "add", [name, role]:
                return Deferred.fromCoroutine(self._add(name, _role(role), asked))
            case "passwd", [name]:
                return Deferred.fromCoroutine(self._change_password(name, asked))
            case "role", [name, role]:
                return self._change(ChangeAccount(AccountDeed.ROLE, name, role=_role(role)))
            case _, [name] if verb in PLAIN:
                return self._change(ChangeAccount(PLAIN[verb], name))
            case (("add" | "passwd"), [_, *_]):
                raise UsageError(NOT_HERE)
            case _:
                raise UsageError(HOW)

    def _list(self) -> Result:
        rows = [
            {
                "name": account.name,
                "role": str(account.role),
                "standing": str(account.standing),
                "since": account.since,
                "online": self._chat.user(account.id) is not None,
            }
            for account in self._chat.accounts.all()
        ]
        return Table(ACCOUNTS, rows, "There are no accounts yet: account add NAME makes one.")

    async def _add(self, name: str, role: Role, asked: Asked) -> Result:
        if self._chat.accounts.named(name) is not None:
            return self._errands.failed(Refused(Refusal.ACCOUNT_EXISTS, name))
        password = self._good_password(asked.password(f"Password of {name}"), name)
        if isinstance(password, Refused):
            return self._errands.failed(password)
        identity = secrets.token_hex(8)
        try:
            # First: an account without a password could be anybody's whom others vouch for.
            await self._passwords.set(identity, password)
        except LoginRefused as error:
            return self._errands.failed(error.refused)
        made = ChangeAccount(AccountDeed.REGISTER, name, identity, role)
        result = await self._errands.run(made, self._done)
        if result.status:
            await self._passwords.remove(identity)
        return result

    async def _change_password(self, name: str, asked: Asked) -> Result:
        account = self._chat.accounts.named(name)
        if account is None:
            return self._errands.failed(Refused(Refusal.NO_SUCH_ACCOUNT, name))
        password = self._good_password(asked.password(f"New password of {account.name}"), name)
        if isinstance(password, Refused):
            return self._errands.failed(password)
        try:
            changed = await self._passwords.set(account.id, password)
        except LoginRefused as error:
            return self._errands.failed(error.refused)
        result = await self._change(ChangeAccount(AccountDeed.PASSWORD, account.name))
        if result.status:
            await self._passwords.undo(changed)
        return result

    def _change(self, command: ChangeAccount) -> Deferred[Result]:
        return self._errands.run(command, self._done)

    def _done(self, items: Sequence[e.Item]) -> Result:
        rows: list[dict[str, Any]] = [
            {**_account(item.account), "text": self._errands.in_words(item)}
            for item in items
            if isinstance(item, e.AccountSet)
        ]
        return Sentences("{text}", rows)


def _account(account: Account) -> dict[str, Any]:
    return {"name": account.name, "role": str(account.role), "standing": str(account.standing)}


def _role(typed: str) -> Role:
    try:
        return Role(typed.casefold())
    except ValueError:
        # It may be a password, and is not said aloud.
        raise UsageError(NO_ROLE) from None
