"""Accounts whose password was shown some time ago: it is not looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.credentials import ICredentials
from twisted.internet.defer import Deferred, fail, succeed
from zope.interface import implementer

from twistchat.accounts.checkers import avatar_id
from twistchat.core.codes import Refusal
from twistchat.core.events import Refused
from twistchat.login import LoginRefused

if TYPE_CHECKING:
    from twistchat.core.accounts import Account, Directory


class IShown(ICredentials):
    """Credentials that were good already: see `Shown`."""


@implementer(IShown)
class Shown:
    """Credentials of somebody who has shown the password of an account, as it was then."""

    def __init__(self, account: Account) -> None:
        self.account = account


@implementer(ICredentialsChecker)
class ShownChecker:
    """Lets in whoever has shown a password that holds still."""

    credentialInterfaces = (IShown,)

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def requestAvatarId(self, credentials: Shown) -> Deferred[bytes | tuple[()]]:
        """Look whether the account is what it was. Fires with the avatar's id."""
        was = credentials.account
        account = self._directory.of(was.id)
        if account is None or account.generation != was.generation:
            return fail(LoginRefused(Refused(Refusal.WRONG_PASSWORD)))
        if account.is_disabled:
            return fail(LoginRefused(Refused(Refusal.ACCOUNT_DISABLED, account.name)))
        return succeed(avatar_id(account))
