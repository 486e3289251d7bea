"""Who somebody is: Twisted's cred, for guests, and for those who come back.

A front end gives credentials to a `Portal`; a checker says whether they are good; the realm
makes the person that a session then acts as. Accounts are further checkers beside the guests'.
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import TYPE_CHECKING

from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.credentials import ICredentials
from twisted.cred.error import LoginFailed
from twisted.cred.portal import IRealm, Portal
from twisted.internet.defer import Deferred, fail, succeed
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import Interface, implementer

from twistchat.core.accounts import Role
from twistchat.core.events import Refusal, Refused
from twistchat.core.model import User
from twistchat.core.names import fold, nickname, suggest
from twistchat.engine import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twistchat.core.accounts import Account
    from twistchat.core.chat import Chat
    from twistchat.engine import Engine
    from twistchat.session.tokens import Tokens

log = Logger()


KEPT_ELSEWHERE = 10_000
"""Names of which it is known that another node may keep them."""


class IPerson(Interface):
    """The avatar of somebody who chats: see `Person`."""


@implementer(IPerson)
class Person:
    """Somebody who has logged in."""

    def __init__(self, user: User, *, is_here: bool = False, is_back: bool = False) -> None:
        self.user = user
        self.is_here = is_here
        """Whether they are in the chat already, over another connection, perhaps at another node
        alone (see `User.is_here`)."""
        self.is_back = is_back
        """Whether they have come back with a token."""


class IGuestName(ICredentials):
    """Credentials that are a wish alone: see `GuestName`."""


@implementer(IGuestName)
class GuestName:
    """Credentials of a guest: the nickname they wish, as it was typed."""

    def __init__(self, typed: str) -> None:
        self.typed = typed


class IToken(ICredentials):
    """Credentials that prove who one was: see `ResumeToken`."""


@implementer(IToken)
class ResumeToken:
    """Credentials of somebody who comes back: a token, and the nickname they wish or had."""

    def __init__(self, token: str, typed: str) -> None:
        self.token = token
        self.typed = typed


class LoginRefused(LoginFailed):
    """These credentials do not let one in."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


def refusal(failure: Failure) -> Refused:
    """Read why a login or a rename was refused; any other failure is logged, if nobody has yet."""
    if isinstance(failure.value, LoginRefused):
        return failure.value.refused
    if not failure.check(UnavailableError):
        log.failure("a name could not be claimed", failure)
    return Refused(Refusal.UNAVAILABLE)


class Names:
    """Gives nicknames out: their form is Chat's to judge, who has one the engine's alone."""

    def __init__(self, *, chat: Chat, engine: Engine, clock: IReactorTime) -> None:
        self._chat = chat
        self._engine = engine
        self._clock = clock
        self._kept: dict[str, tuple[str, IDelayedCall]] = {}
        """Names of those who may come back: the holder of each, and when it is given back."""
        self._elsewhere: dict[str, tuple[str, float]] = {}
        """Names that other nodes may keep: for whom, and until when."""
        self._claims: Counter[tuple[str, str]] = Counter()
        """How often each is being claimed."""
        self._owed: set[tuple[str, str]] = set()
        """Those that were to be given back meanwhile."""

    def claim(self, typed: str, holder: str) -> Deferred[str]:
        """Take a nickname, as it was typed, for a holder.

        Fires with the name as it will be shown, or fails with `LoginRefused`.
        """
        name = nickname(typed, self._chat.limits, self._is_taken)
        if isinstance(name, Refused):
            return fail(LoginRefused(name))
        folded = fold(name)

        def settled(result: bool | Failure) -> bool | Failure:
            self._claims[folded, holder] -= 1
            if not self._claims[folded, holder]:
                del self._claims[folded, holder]
                is_owed = (folded, holder) in self._owed
                self._owed.discard((folded, holder))
                # A claim that failed may have been done: nobody would ever give that name back.
                is_maybe = (
                    isinstance(result, Failure) and self._kept.get(folded, ("",))[0] != holder
                )
                if (is_owed and result is not True) or is_maybe:
                    self.release(name, holder)
            return result

        def claimed(is_theirs: bool) -> str:
            if is_theirs:
                self.taken(name, holder)
                return name
            code = Refusal.NAME_TAKEN if self._keeper(folded) is None else Refusal.NAME_KEPT
            raise LoginRefused(Refused(code, name, self._another(name)))

        account = self._chat.accounts.named(name)
        if account is not None and account.id != holder:
            refused = Refused(Refusal.NAME_REGISTERED, name, self._another(name))
            return fail(LoginRefused(refused))
        self._claims[folded, holder] += 1
        return self._engine.claim(folded, holder).addBoth(settled).addCallback(claimed)

    def _another(self, name: str) -> str:
        """Suggest a free name like one that is not."""
        folded = fold(name)
        return suggest(
            name, self._chat.limits, lambda other: other == folded or self._is_taken(other)
        )

    def claim_owned(self, account: Account, displace: Callable[[User, str], None]) -> Deferred[str]:
        """Take an account's name for whoever has logged in to it; see `claim`.

        A guest who bears it is given another one, which `displace` tells Chat; and it is kept
        for no other guest.
        """
        folded = fold(account.name)
        keeper = self._keeper(folded)
        guest = self._chat.person(account.name)
        if guest is None or guest.id == account.id:
            if keeper is None or keeper == account.id:
                return self.claim(account.name, account.id)
            self._keep_no_more(folded, keeper)
            freeing = self._free(folded, keeper)
            return freeing.addCallback(lambda _: self.claim(account.name, account.id))
        free = self._another(account.name)

        def claimed(name: str) -> Deferred[str]:
            here = self._chat.user(guest.id)
            if here is guest and fold(guest.name) == folded:
                displace(guest, name)
                freeing = self._free(folded, guest.id)
            else:
                self.release(name, guest.id)
                freeing = succeed(None)
            return freeing.addCallback(lambda _: self.claim(account.name, account.id))

        return self.claim_or_another(free, guest.id).addCallback(claimed)

    def _free(self, folded: str, holder: str) -> Deferred[None]:
        """Give back a name that another node may have claimed for somebody."""

        def ours(_: bool) -> None:
            self._elsewhere.pop(folded, None)
            self._engine.release(folded, holder)

        if not self._engine.node:
            self._engine.release(folded, holder)
            return succeed(None)
        return self._engine.claim(folded, holder).addCallback(ours)

    def claim_or_another(self, typed: str, holder: str, tries: int = 3) -> Deferred[str]:
        """Take a nickname, or one like it if somebody else has it; see `claim`."""

        def refused(failure: Failure) -> Deferred[str]:
            value = failure.value
            if tries and isinstance(value, LoginRefused) and value.refused.hint:
                return self.claim_or_another(value.refused.hint, holder, tries - 1)
            return fail(failure)

        return self.claim(typed, holder).addErrback(refused)

    def release(self, name: str, holder: str) -> None:
        """Give a nickname back, unless its holder has come back with it, or is about to."""
        folded = fold(name)
        user = self._chat.user(holder)
        if self._claims[folded, holder]:
            self._owed.add((folded, holder))
            return
        if user is not None and fold(user.name) == folded:
            return
        self._keep_no_more(folded, holder)
        self._engine.release(folded, holder)

    def keep(self, name: str, holder: str) -> None:
        """Give a nickname back after a while, unless its holder claims it again."""
        folded = fold(name)
        self._keep_no_more(folded, holder)
        user = self._chat.user(holder)
        if user is not None and fold(user.name) == folded:
            return  # they are at another node
        later = self._clock.callLater(self._chat.limits.name_kept, self.release, name, holder)
        self._kept[folded] = holder, later

    def taken(self, name: str, holder: str) -> None:
        """Keep a name no more: its holder has come back with it, perhaps at another node."""
        self._keep_no_more(fold(name), holder)
        self._elsewhere.pop(fold(name), None)

    def kept_elsewhere(self, name: str, holder: str) -> None:
        """Take note of who has gone at another node, which may keep their name for them."""
        until = self._clock.seconds() + self._chat.limits.name_kept
        self._elsewhere.pop(fold(name), None)
        self._elsewhere[fold(name)] = holder, until
        if len(self._elsewhere) > KEPT_ELSEWHERE:
            del self._elsewhere[next(iter(self._elsewhere))]

    def _keeper(self, folded: str) -> str | None:
        """Tell for whom a name is kept, here or, as far as is known, at another node."""
        if (kept := self._kept.get(folded)) is not None:
            return kept[0]
        holder, until = self._elsewhere.get(folded, ("", 0.0))
        return holder if until > self._clock.seconds() else None

    def stop(self) -> None:
        """Keep nothing any more."""
        for name, (holder, _) in list(self._kept.items()):
            self.release(name, holder)

    def _keep_no_more(self, folded: str, holder: str) -> None:
        keeper, later = self._kept.get(folded, ("", None))
        if keeper == holder:
            del self._kept[folded]
            if later is not None and later.active():
                later.cancel()

    def _is_taken(self, folded: str) -> bool:
        return (
            folded in self._kept
            or self._chat.is_present(folded)
            or self._chat.accounts.is_registered(folded)
        )


@implementer(ICredentialsChecker)
class GuestChecker:
    """Lets in whoever has a nickname that is well formed and free."""

    credentialInterfaces = (IGuestName,)

    def __init__(self, names: Names, *, is_open: bool = True) -> None:
        self._names = names
        self._is_open = is_open
        """Whether guests may come in at all."""

    def requestAvatarId(self, credentials: GuestName) -> Deferred[bytes | tuple[()]]:
        """Claim the name. Fires with the avatar's id: the user's id and the name, as UTF-8."""
        if not self._is_open:
            return fail(LoginRefused(Refused(Refusal.GUESTS_NOT_WELCOME)))
        holder = secrets.token_hex(8)
        claimed = self._names.claim(credentials.typed, holder)

        def avatar_id(name: str) -> bytes | tuple[()]:
            return f"{holder} {name}".encode()

        return claimed.addCallback(avatar_id)


@implementer(ICredentialsChecker)
class TokenChecker:
    """Lets in whoever comes back with a token, as the same person."""

    credentialInterfaces = (IToken,)

    def __init__(self, *, tokens: Tokens, names: Names, chat: Chat, guests: bool = True) -> None:
        self._tokens = tokens
        self._guests = guests
        self._names = names
        self._chat = chat

    def requestAvatarId(self, credentials: ResumeToken) -> Deferred[bytes | tuple[()]]:
        """Read the token, and claim the name, or one like it."""
        identity = self._tokens.read(credentials.token)
        if isinstance(identity, Refused):
            return fail(LoginRefused(identity))
        user, account = self._chat.user(identity), self._chat.accounts.of(identity)
        if account is None and not self._guests:
            return fail(LoginRefused(Refused(Refusal.GUESTS_NOT_WELCOME)))
        if user is not None and (user.is_here or account is not None):
            claimed = succeed(user.name)
        elif user is not None:  # a guest moves here, and the name with them
            claimed = self._names.claim_or_another(user.name, identity)
        elif account is not None:  # whose name is taken when they come in
            claimed = succeed(account.name)
        else:
            claimed = self._names.claim_or_another(credentials.typed, identity)

        def avatar_id(name: str) -> bytes | tuple[()]:
            return f"{identity} {name} back".encode()

        return claimed.addCallback(avatar_id)


@implementer(IRealm)
class ChatRealm:
    """Makes people of avatar ids."""

    def __init__(self, *, names: Names, chat: Chat) -> None:
        self._names = names
        self._chat = chat

    def requestAvatar(
        self,
        avatarId: bytes | tuple[()],
        mind: object,
        *interfaces: type[Interface],
    ) -> tuple[type[Interface], Person, Callable[[], None]]:
        """Make the avatar, an `IPerson`; logging it out gives its name back."""
        if IPerson not in interfaces or not isinstance(avatarId, bytes):
            raise NotImplementedError("this realm has people only")  # as IRealm asks for
        identity, name, *back = avatarId.decode().split(" ")  # a name has no blanks
        user, account = self._chat.user(identity), self._chat.accounts.of(identity)
        is_operator = account is not None and account.role is Role.OPERATOR
        person = (
            Person(User(identity, name, is_operator, account=account), is_back=bool(back))
            if user is None
            else Person(user, is_here=True, is_back=bool(back))
        )
        if user is not None and account is None and fold(user.name) != fold(name):
            # They came in, or took another name, while this one was being claimed.
            self._names.release(name, identity)
        return IPerson, person, lambda: self._names.release(person.user.name, identity)


def portal(
    *,
    names: Names,
    chat: Chat,
    tokens: Tokens,
    guests: bool = True,
    others: Iterable[ICredentialsChecker] = (),
) -> Portal:
    """Make a portal that lets guests in, and whoever comes back; and whom others let in."""
    checkers = [
        GuestChecker(names, is_open=guests),
        TokenChecker(tokens=tokens, names=names, chat=chat, guests=guests),
        *others,
    ]
    return Portal(ChatRealm(names=names, chat=chat), checkers)
