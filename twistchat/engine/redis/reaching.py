"""The way to a Redis, as an endpoint: TCP, TLS, a Unix socket, or where the Sentinels say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from OpenSSL.crypto import X509
from twisted.internet import error
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, UNIXClientEndpoint, wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.ssl import (
    Certificate,
    optionsForClientTLS,
    trustRootFromCertificates,
)
from zope.interface import implementer

from twistchat.engine.redis.address import written
from twistchat.engine.redis.connection import Asking
from twistchat.engine.redis.fitness import explained, read_master
from twistchat.engine.redis.link import RefusedError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IProtocol, IProtocolFactory
    from twisted.python.failure import Failure

    from twistchat.engine.redis.address import Place, RedisAddress
    from twistchat.engine.redis.connection import Pace
    from twistchat.engine.redis.credentials import Credentials


@implementer(IStreamClientEndpoint)
class RedisEndpoint:
    """Connects to a Redis; each time to the one that is the master by then."""

    def __init__(
        self,
        reactor: Any,
        address: RedisAddress,
        *,
        credentials: Credentials,
        pace: Pace,
        failed: Callable[[str], None],
    ) -> None:
        """Prepare the way; `failed` is told why one could not connect."""
        self._reactor = reactor
        self._address = address
        self._credentials = credentials
        self._pace = pace
        self._failed = failed
        self._sentinels = list(address.places)

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """Called by Twisted."""
        return Deferred.fromCoroutine(self._connect(protocolFactory)).addErrback(self._tell)

    def _tell(self, failure: Failure) -> Failure:
        self._failed(why_not(failure))
        return failure

    def _way(self, place: Place | None) -> Any:
        timeout = self._pace.connect
        if place is None:
            return UNIXClientEndpoint(self._reactor, self._address.path, timeout=timeout)
        host, port = place
        way = HostnameEndpoint(self._reactor, host.encode("ascii"), port, timeout=timeout)
        if not self._address.is_tls:
            return way
        return wrapClientTLS(tls_options(host, self._credentials), way)

    async def _connect(self, factory: IProtocolFactory) -> IProtocol:
        place = self._address.places[0] if self._address.places else None
        if self._address.master:
            place = await self._master()
        protocol: IProtocol = await self._way(place).connect(factory)
        return protocol

    async def _master(self) -> Place:
        """Ask one Sentinel after the other; the one that knows is asked first the next time."""
        troubles = []
        for place in tuple(self._sentinels):
            try:
                master = await self._ask(place)
            except Exception as trouble:  # whatever it is, the next one may know
                troubles.append(f"the Sentinel at {written(place)}: {trouble}")
                continue
            self._sentinels.remove(place)
            self._sentinels.insert(0, place)
            return master
        raise StoreError("; ".join(troubles))

    async def _ask(self, place: Place) -> Place:
        factory = Factory.forProtocol(lambda: Asking(self._reactor, self._pace, lambda _: None))
        factory.noisy = False
        connection = await self._way(place).connect(factory)
        about = "password"
        try:
            if self._credentials.sentinel_password:
                user = self._credentials.sentinel_username
                await connection.ask(
                    "AUTH", *([user] if user else []), self._credentials.sentinel_password
                )
            about = "master"
            answer = await connection.ask(
                "SENTINEL", "get-master-addr-by-name", self._address.master
            )
        except RefusedError as refused:
            raise explained(about, refused) from refused
        finally:
            connection.transport.loseConnection()
        return read_master(answer, self._address.master)


def why_not(failure: Failure) -> str:
    """Say why one could not connect, in few words."""
    if failure.check(error.ConnectionRefusedError):
        return "nobody listens there"
    if failure.check(error.TimeoutError):
        return "it does not answer"
    return failure.getErrorMessage().rstrip(".")


def tls_options(host: str, credentials: Credentials) -> Any:
    """Say whom to believe, and what to show. The files are read anew for each connection."""
    trusted = None
    shown: dict[str, Any] = {}
    if credentials.ca:
        found = load_pem_x509_certificates(Path(credentials.ca).read_bytes())
        trusted = trustRootFromCertificates(
            [Certificate(X509.from_cryptography(each)) for each in found]
        )
    if credentials.certificate:
        own, *between = load_pem_x509_certificates(Path(credentials.certificate).read_bytes())
        key = Path(credentials.key or credentials.certificate).read_bytes()
        shown = {
            "certificate": own,
            "extraCertChain": between,
            "privateKey": load_pem_private_key(key, None),
        }
    return optionsForClientTLS(host, trustRoot=trusted, extraCertificateOptions=shown)
