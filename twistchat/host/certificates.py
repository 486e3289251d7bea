"""Certificates for TLS: a folder that is looked at again when something in it has changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.internet.ssl import CertificateOptions, TLSVersion
from twisted.logger import Logger
from zope.interface import implementer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


log = Logger()

PAIRS = (("fullchain.pem", "privkey.pem"), ("tls.crt", "tls.key"))
"""How certbot calls its files, and Kubernetes; the first pair of which there is a file."""

SPOKEN = (b"http/1.1", b"irc")
"""What a client may choose beforehand to speak (ALPN), by the names that IANA knows."""

NO_PAIR = "has no certificate in it: it takes fullchain.pem and privkey.pem, or tls.crt and tls.key"


class CertificateError(Exception):
    """There is no certificate that could be used; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its key, ready for use."""

    context: SSL.Context
    names: Sequence[str]
    """The hosts that it is for; not those with an asterisk."""
    begins: datetime
    ends: datetime


@implementer(IOpenSSLServerConnectionCreator)
class Certificates:
    """The certificate of a server, as it stands in a folder.

    It is read at once, while there may still be the right to. Each new connection looks whether
    the files have changed: a renewed certificate is taken for it and those after it. What cannot
    be used then is logged in a line, once, and the one before goes on.
    """

    def __init__(
        self, folder: Path, called: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Read a folder; `called` is how the operator knows it.

        Raises:
            CertificateError: there is none in it that could be used.
        """
        self._folder = folder
        self._files = [str(folder / name) for pair in PAIRS for name in pair]
        self._called = called
        self._now = now
        self._seen = self._look()
        self._pair = self._read()

    @property
    def names(self) -> Sequence[str]:
        """The hosts that the certificate is for."""
        return self._pair.names

    @property
    def warning(self) -> str:
        """What the operator should know of the certificate; nothing if all is well."""
        pair, now = self._pair, self._now()
        if now > pair.ends:
            return f"the certificate in {self._called} ended on {pair.ends:%Y-%m-%d}: renew it"
        if now < pair.begins:
            return f"the certificate in {self._called} begins on {pair.begins:%Y-%m-%d %H:%M} UTC"
        return ""

    def serverConnectionForTLS(self, tlsProtocol: object) -> SSL.Connection:
        """Begin a connection with the certificate as it is now. Called by Twisted."""
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            self._read_again()
        return SSL.Connection(self._pair.context, None)

    def _read_again(self) -> None:
        try:
            self._pair = self._read()
        except CertificateError as error:
            until = f"{self._pair.ends:%Y-%m-%d}"
            log.warn(
                "TLS goes on with the certificate from before, which ends on {until}: {error}",
                until=until, error=str(error),
            )  # fmt: skip
            return
        log.info(
            "TLS has a new certificate, which ends on {until}", until=f"{self._pair.ends:%Y-%m-%d}"
        )
        if self.warning:
            log.warn("{what}", what=self.warning)

    def _look(self) -> object:
        """See which files there are, and whether they are still the same."""
        return [_seen(file) for file in self._files]

    def _read(self) -> Pair:
        try:
            there = set(os.listdir(self._folder))  # noqa: PTH208, as names
        except NotADirectoryError as error:
            raise CertificateError(f"{self._called} is no folder") from error
        except OSError as error:
            raise CertificateError(f"cannot read {self._called}: {error.strerror}") from error
        of_whom = next((pair for pair in PAIRS if not there.isdisjoint(pair)), None)
        if of_whom is None:
            raise CertificateError(f"{self._called} {NO_PAIR}")
        return self._usable(*of_whom)

    def _usable(self, certificate: str, key: str) -> Pair:
        chain_pem, key_pem = self._text(certificate), self._text(key)
        try:
            chain = x509.load_pem_x509_certificates(chain_pem)
        except ValueError as error:
            raise CertificateError(f"{self._name(certificate)} is no certificate (PEM)") from error
        try:
            private: Any = load_pem_private_key(key_pem, None)
        except (ValueError, TypeError) as error:  # the latter where a password is asked for
            words = f"{self._name(key)} is no private key (PEM, without a password)"
            raise CertificateError(words) from error
        # Twisted takes them too, but its types say pyOpenSSL's own, which that no longer wants.
        first: Any
        first, *others = chain
        if first.public_key() != private.public_key():
            raise CertificateError(
                f"{self._name(key)} is not the key of the certificate in {self._name(certificate)}"
            )
        options = CertificateOptions(
            privateKey=private,
            certificate=first,
            extraCertChain=list[Any](others),
            raiseMinimumTo=TLSVersion.TLSv1_2,
        )
        try:
            context = options.getContext()
        except SSL.Error as error:  # a key that is too short, for one
            why = ", ".join(str(reason) for *_, reason in error.args[0])
            raise CertificateError(f"{self._name(certificate)} cannot be used: {why}") from error
        context.set_alpn_select_callback(_spoken)
        return Pair(context, _names(first), first.not_valid_before_utc, first.not_valid_after_utc)

    def _name(self, file: str) -> str:
        return f"{file} in {self._called}"

    def _text(self, file: str) -> bytes:
        try:
            return (self._folder / file).read_bytes()
        except OSError as error:
            raise CertificateError(f"cannot read {self._name(file)}: {error.strerror}") from error


def _spoken(_: SSL.Connection, offered: list[bytes]) -> Any:
    """Choose what is spoken, of what a client offers (ALPN, RFC 7301).

    Of what is offered in vain nothing is chosen, and the connection goes on: its first bytes tell.
    """
    return next((each for each in SPOKEN if each in offered), SSL.NO_OVERLAPPING_PROTOCOLS)


def _seen(file: str) -> object:
    """What changes when a file does: it may be written over, replaced, or shown to us."""
    try:
        stat = os.stat(file)  # noqa: PTH116, a Path would take four times as long
    except OSError as error:
        return error.errno
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _names(certificate: x509.Certificate) -> Sequence[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    names = extension.value.get_values_for_type(x509.DNSName)
    return tuple(name for name in names if not name.startswith("*"))
