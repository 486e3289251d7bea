"""What a server over TLS needs, in tests: in memory, and in a folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from twisted.internet.ssl import CertificateOptions

if TYPE_CHECKING:
    from pathlib import Path

CERTBOT = ("fullchain.pem", "privkey.pem")


def new_key() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(
    key: Any, *, host: str = "localhost", since: int = -1, until: int = 1, is_wild: bool = True
) -> Any:
    """Make a certificate that signs itself; from when to when, in days from now.

    Clients that look closely believe none that `is_wild` of a host without a dot.
    """
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    names = [host, f"*.{host}"] if is_wild else [host]
    hosts = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .add_extension(hosts, critical=False)
        .not_valid_before(now + timedelta(days=since))
        .not_valid_after(now + timedelta(days=until))
        .sign(key, SHA256())
    )


def pem(key: Any, password: bytes | None = None) -> bytes:
    how = NoEncryption() if password is None else BestAvailableEncryption(password)
    data: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    return data


def write_pair(folder: Path, names: tuple[str, str] = CERTBOT, **given: Any) -> Any:
    """Write a new certificate and its key into a folder; return the former."""
    key = new_key()
    made = certificate(key, **given)
    (folder / names[0]).write_bytes(made.public_bytes(Encoding.PEM))
    (folder / names[1]).write_bytes(pem(key))
    return made


@cache
def server_options() -> Any:
    """Make a certificate, and what a server needs besides."""
    key = new_key()
    return CertificateOptions(privateKey=key, certificate=certificate(key))
