"""Why there is no connection, in words."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet import error

if TYPE_CHECKING:
    from twisted.python.failure import Failure


def unreachable(failure: Failure, server: str) -> str:
    """Say why there is no connection to a server."""
    if failure.check(error.DNSLookupError):
        return f"there is no host {server.split(' ', maxsplit=1)[0].split(':', maxsplit=1)[0]}"
    if failure.check(error.ConnectionRefusedError):
        return f"nothing listens at {server}"
    number = getattr(failure.value, "osError", None)
    reason = os.strerror(number) if isinstance(number, int) else failure.getErrorMessage()
    return f"cannot connect to {server}: {reason}"


def hung_up(failure: Failure) -> str:
    """Say why a connection has ended that there was: with TLS it is one before it can be used."""
    if failure.check(VerificationError):
        return "the server's certificate is for another name"
    wrong = failure.value
    if not isinstance(wrong, SSL.Error) or not wrong.args or isinstance(wrong, SSL.SysCallError):
        return "the server hung up"
    told = ", ".join(str(reason) for *_, reason in wrong.args[0])
    if "certificate verify failed" in told:
        return "the server's certificate is not one that this machine trusts"
    return f"there is no TLS: {told}"
