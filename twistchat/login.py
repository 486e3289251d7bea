"""Who somebody is: Twisted's cred, for guests.

A front end gives credentials to a `Portal`; a checker says whether they are good; the realm
makes the person that a session then acts as. Accounts are further checkers beside the guests'.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.credentials import ICredentials
from twisted.cred.error import LoginFailed
from twisted.cred.portal import IRealm, Portal
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from zope.interface import Interface, implementer

from twistchat.core.events import Refusal, Refused
from twistchat.core.model import User
from twistchat.core.names import fold, nickname, suggest

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.python.failure import Failure

    from twistchat.core.chat import Chat
    from twistchat.engine import Engine

log = Logger()


class IPerson(Interface):
    """The avatar of somebody who chats: see `Person`."""


@implementer(IPerson)
class Person:
    """Somebody who has logged in."""

    def __init__(self, user: User) -> None:
        self.user = user


class IGuestName(ICredentials):
    """Credentials that are a wish alone: see `GuestName`."""


@implementer(IGuestName)
class GuestName:
    """Credentials of a guest: the nickname they wish, as it was typed."""

    def __init__(self, typed: str) -> None:
        self.typed = typed


class LoginRefused(LoginFailed):
    """These credentials do not let one in."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


def refusal(failure: Failure) -> Refused:
    """Read why a login or a rename was refused; any other failure is logged."""
    if isinstance(failure.value, LoginRefused):
        return failure.value.refused
    log.failure("a name could not be claimed", failure)
    return Refused(Refusal.UNAVAILABLE)


class Names:
    """Gives nicknames out: their form is Chat's to judge, who has one the engine's alone."""

    def __init__(self, *, chat: Chat, engine: Engine) -> None:
        self._chat = chat
        self._engine = engine

    def claim(self, typed: str, holder: str) -> Deferred[str]:
        """Take a nickname, as it was typed, for a holder.

        Fires with the name as it will be shown, or fails with `LoginRefused`.
        """
        name = nickname(typed, self._chat.limits, self._chat.is_present)
        if isinstance(name, Refused):
            return _fail(name)
        folded = fold(name)

        def claimed(is_theirs: bool) -> str:
            if is_theirs:
                return name
            free = suggest(
                name,
                self._chat.limits,
                lambda other: other == folded or self._chat.is_present(other),
            )
            raise LoginRefused(Refused(Refusal.NAME_TAKEN, name, free))

        return self._engine.claim(folded, holder).addCallback(claimed)

    def release(self, name: str, holder: str) -> None:
        """Give a nickname back."""
        self._engine.release(fold(name), holder)


def _fail(refused: Refused) -> Deferred[str]:
    failed: Deferred[str] = Deferred()
    failed.errback(LoginRefused(refused))
    return failed


@implementer(ICredentialsChecker)
class GuestChecker:
    """Lets in whoever has a nickname that is well formed and free."""

    credentialInterfaces = (IGuestName,)

    def __init__(self, names: Names) -> None:
        self._names = names

    def requestAvatarId(self, credentials: GuestName) -> Deferred[bytes | tuple[()]]:
        """Claim the name. Fires with the avatar's id: the user's id and the name, as UTF-8."""
        holder = secrets.token_hex(8)
        claimed = self._names.claim(credentials.typed, holder)

        def avatar_id(name: str) -> bytes | tuple[()]:
            return f"{holder} {name}".encode()

        return claimed.addCallback(avatar_id)


@implementer(IRealm)
class ChatRealm:
    """Makes people of avatar ids."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def requestAvatar(
        self,
        avatarId: bytes | tuple[()],
        mind: object,
        *interfaces: type[Interface],
    ) -> tuple[type[Interface], Person, Callable[[], None]]:
        """Make the avatar, an `IPerson`; logging it out gives its name back."""
        if IPerson not in interfaces or not isinstance(avatarId, bytes):
            raise NotImplementedError("this realm has people only")  # as IRealm asks for
        identity, _, name = avatarId.decode().partition(" ")
        user = User(identity, name)
        return IPerson, Person(user), lambda: self._names.release(user.name, user.id)


def guests_portal(names: Names) -> Portal:
    """Make a portal that lets guests in."""
    return Portal(ChatRealm(names), [GuestChecker(names)])
