"""Passwords for Twisted's cred: ours, and behind them the checkers that others have made.

An account with a password of ours is checked here and nowhere else. Any other name is asked of the
others, one after the other (`--auth`); the first who knows it and its password lets it in.
"""

from __future__ import annotations

import hmac
import unicodedata
from math import ceil
from typing import TYPE_CHECKING

from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.credentials import IUsernamePassword, UsernamePassword
from twisted.cred.error import LoginFailed
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import Logger
from zope.interface import implementer

from twistchat.accounts.keeping import Verdict
from twistchat.accounts.passwords import normalised
from twistchat.core.codes import Refusal
from twistchat.core.events import Refused
from twistchat.core.names import fold, longest_typed
from twistchat.login import LoginRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twistchat.accounts.attempts import Attempts
    from twistchat.accounts.keeping import Passwords
    from twistchat.core.accounts import Account, Directory
    from twistchat.core.limits import Limits
    from twistchat.limitlog import LimitLog

log = Logger()


@implementer(IUsernamePassword)
class Password:
    """Credentials of somebody who has an account: its name, its password, where they call from.

    `address` is what counts as one address (`frontends.callers.network_of`).
    """

    def __init__(self, username: str, password: str, address: str = "") -> None:
        self.username = username.encode("utf-8", "surrogatepass")
        self.password = password.encode("utf-8", "surrogatepass")
        self.address = address

    def checkPassword(self, password: bytes) -> bool:
        """Compare it with another one."""
        return hmac.compare_digest(self.password, password)


def avatar_id(account: Account) -> bytes:
    """Name the avatar of who has logged in: the account's id and its name, as UTF-8."""
    return f"{account.id} {account.name}".encode()


@implementer(ICredentialsChecker)
class AccountChecker:
    """Lets in whoever knows the password of an account.

    Of an unknown name it takes the same steps as of a known one, and says the same. `adopt` makes
    an account for a name that another checker knows, or gives the one that there is by then; it
    fails with `LoginRefused` where nobody can be called that.
    """

    credentialInterfaces = (IUsernamePassword,)

    def __init__(
        self,
        *,
        directory: Directory,
        passwords: Passwords,
        attempts: Attempts,
        limits: Limits,
        limit_log: LimitLog,
        adopt: Callable[[str], Deferred[Account]],
        others: Sequence[ICredentialsChecker] = (),
    ) -> None:
        self._directory = directory
        self._passwords = passwords
        self._attempts = attempts
        self._longest = longest_typed(limits.name_characters)
        self._limit_log = limit_log
        self._adopt = adopt
        self._others = others

    def requestAvatarId(self, credentials: Password) -> Deferred[bytes | tuple[()]]:
        """Check the password. Fires with the avatar's id, or fails with `LoginRefused`."""
        checked = self.check(
            credentials.username.decode("utf-8", "surrogatepass"),
            credentials.password.decode("utf-8", "surrogatepass"),
            getattr(credentials, "address", ""),  # Twisted's own credentials have none
        )

        def named(account: Account) -> bytes | tuple[()]:
            return avatar_id(account)

        return checked.addCallback(named)

    def check(self, name: str, password: str, address: str) -> Deferred[Account]:
        """Check a password as somebody typed it, who calls from an address.

        Fires with the account, or fails with `LoginRefused`; where the engine cannot tell, with
        its error.
        """
        return Deferred.fromCoroutine(self._check(name.strip(), password, address))

    def change_limits(self, limits: Limits) -> None:
        """Let other limits hold from now on."""
        self._longest = longest_typed(limits.name_characters)
        self._attempts.change_limits(limits)
        self._passwords.change_limits(limits)

    async def _check(self, name: str, password: str, address: str) -> Account:
        guessed = fold(name[: self._longest])
        if wait := self._attempts.wait(guessed, address):
            self._limit_log.bit("password-tries", address or "somebody")
            raise _refused(Refusal.ATTEMPTS_FAST, hint=str(ceil(wait)))
        attempt = self._attempts.begin(guessed, address)
        try:
            account = await self._who_is(name, password)
        except BaseException:  # whatever it was, nobody knows whether the guess was right
            attempt.given_up()
            raise
        if account is None:
            attempt.failed()
            raise _refused(Refusal.WRONG_PASSWORD)
        attempt.succeeded()
        if account.is_disabled:
            raise _refused(Refusal.ACCOUNT_DISABLED, account.name)
        return account

    async def _who_is(self, name: str, password: str) -> Account | None:
        """Find out whose name and password these are; None: nobody's."""
        account = self._directory.named(name)
        verdict = await self._passwords.verify(
            account.id if account else None, normalised(password)
        )
        now = self._directory.named(name)
        if verdict is Verdict.NONE:
            return await self._ask_others(name, password) if password else None
        if verdict is Verdict.WRONG or account is None or now is None:
            return None
        # It may have been deleted, or its password changed, while this one was being verified.
        return now if (now.id, now.generation) == (account.id, account.generation) else None

    # ------------------------------------------------------------ the checkers of others

    async def _ask_others(self, name: str, password: str) -> Account | None:
        """Ask the checkers of others, who may know other spellings than we do.

        They are asked for the name as its account has it, if there is one: `Bob` and `bob`, who may
        be two for them, are one account here, and it is whose was first.
        """
        account = self._directory.named(name)
        asked = account.name if account else name
        credentials = UsernamePassword(
            asked.encode("utf-8", "surrogatepass"), password.encode("utf-8", "surrogatepass")
        )
        is_broken = False
        for other in self._others:
            try:
                answer = await maybeDeferred(other.requestAvatarId, credentials)
                known = answer.decode() if isinstance(answer, bytes) else answer
            except LoginFailed:
                continue
            except Exception as error:  # somebody else's program
                _complain(other, error, password)
                is_broken = True
                continue
            if isinstance(known, str) and known:
                return await self._account_of(known, asked)
        if is_broken:
            raise _refused(Refusal.UNAVAILABLE)
        return None

    async def _account_of(self, known: str, asked: str) -> Account | None:
        """Find or make the account of somebody whom another checker knows, as it calls them."""
        name = asked if fold(known) == fold(asked) else known
        account = self._directory.named(name)
        if account is None:
            name = known
            account = await self._adopt(known)
        # That two are the same for us does not make them the same for the other checker.
        if account.name != unicodedata.normalize("NFC", name.strip()):
            return None
        return None if await self._passwords.has(account.id) else account


def _complain(checker: ICredentialsChecker, error: Exception, password: str) -> None:
    """Log why a checker failed, unless it says the password itself."""
    why = f"{type(error).__name__}: {error}"
    log.error(
        "{checker} cannot check a password: {why}",
        checker=type(checker).__qualname__,
        why=why if password not in why else type(error).__name__,
    )


def _refused(code: Refusal, about: str = "", hint: str = "") -> LoginRefused:
    return LoginRefused(Refused(code, about, hint))
