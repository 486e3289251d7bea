"""The certificate that TLS shows, from a folder."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from twisted.logger import ILogObserver, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from tests.certificates import CERTBOT, certificate, new_key, pem, write_pair
from tests.folders import temporary_folder
from twistchat.host.certificates import NO_PAIR, CertificateError, Certificates

if TYPE_CHECKING:
    from collections.abc import Sequence


class CertificatesTestCase(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        self.logged: list[str] = []

        @implementer(ILogObserver)
        def observe(event: Any) -> None:
            if event["log_namespace"] == "twistchat.host.certificates":
                self.logged.append(event["log_format"].format(**event))

        globalLogPublisher.addObserver(observe)
        self.addCleanup(globalLogPublisher.removeObserver, observe)

    def read(self) -> Certificates:
        return Certificates(self.folder, "--tls here")

    def error(self) -> str:
        return str(self.assertRaises(CertificateError, self.read))

    def shown(
        self,
        certificates: Certificates,
        version: int = SSL.TLS1_3_VERSION,
        offered: Sequence[bytes] = (),
    ) -> Any:
        """What a client is shown that connects now: the certificates, its own first.

        `offered` are the protocols that it would speak (ALPN, RFC 7301).
        """
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_max_proto_version(version)
        if offered:
            context.set_alpn_protos(list(offered))
        client = SSL.Connection(context, None)
        client.set_connect_state()
        server = certificates.serverConnectionForTLS(None)
        server.set_accept_state()
        for _ in range(4):
            for one, other in ((client, server), (server, client)):
                with contextlib.suppress(SSL.WantReadError):
                    one.do_handshake()
                with contextlib.suppress(SSL.WantReadError):
                    other.bio_write(one.bio_read(1 << 16))
        self.chosen = client.get_alpn_proto_negotiated()
        return [each.to_cryptography() for each in client.get_peer_cert_chain() or ()]


class StartTests(CertificatesTestCase):
    def test_both_ways_of_calling_them(self) -> None:
        for names in (("tls.crt", "tls.key"), CERTBOT):
            made = write_pair(self.folder, names)
            certificates = self.read()
            self.assertEqual(self.shown(certificates), [made])
            self.assertEqual((certificates.names, certificates.warning), (("localhost",), ""))

    def test_the_certificates_in_between(self) -> None:
        made = write_pair(self.folder)
        other = certificate(new_key(), host="authority")
        with (self.folder / "fullchain.pem").open("ab") as file:
            file.write(other.public_bytes(Encoding.PEM))
        self.assertEqual(self.shown(self.read()), [made, other])

    def test_a_key_of_another_kind(self) -> None:
        key = rsa.generate_private_key(65537, 2048)
        made = certificate(key)
        (self.folder / "tls.crt").write_bytes(made.public_bytes(Encoding.PEM))
        (self.folder / "tls.key").write_bytes(pem(key))
        self.assertEqual(self.shown(self.read()), [made])

    def test_old_versions_are_refused(self) -> None:
        write_pair(self.folder)
        certificates = self.read()
        self.assertTrue(self.shown(certificates, SSL.TLS1_2_VERSION))
        with self.assertRaises(SSL.Error):
            self.shown(certificates, SSL.TLS1_1_VERSION)

    def test_what_browsers_offer_to_speak(self) -> None:
        write_pair(self.folder)
        certificates = self.read()
        for offered, chosen in {
            (b"h2", b"http/1.1"): b"http/1.1",
            (b"irc",): b"irc",
            (b"h2",): b"",
            (): b"",
        }.items():
            self.shown(certificates, offered=offered)
            self.assertEqual(self.chosen, chosen, offered)

    def test_no_folder(self) -> None:
        inside = self.folder / "inside"
        inside.write_bytes(b"")
        self.folder, outside = inside, self.folder
        self.assertEqual(self.error(), "--tls here is no folder")
        self.folder = outside / "nowhere"
        self.assertEqual(self.error(), "cannot read --tls here: No such file or directory")

    def test_no_pair(self) -> None:
        self.assertEqual(self.error(), f"--tls here {NO_PAIR}")
        write_pair(self.folder)
        (self.folder / "privkey.pem").unlink()
        self.assertEqual(
            self.error(), "cannot read privkey.pem in --tls here: No such file or directory"
        )
        (self.folder / "privkey.pem").mkdir()
        self.assertEqual(self.error(), "cannot read privkey.pem in --tls here: Is a directory")

    def test_what_is_none(self) -> None:
        write_pair(self.folder)
        chain, key = (self.folder / name for name in CERTBOT)
        good, broken = (
            chain.read_bytes(),
            b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        )
        for content in (b"", b"\xff", broken, good + broken):
            chain.write_bytes(content)
            self.assertEqual(self.error(), "fullchain.pem in --tls here is no certificate (PEM)")
        chain.write_bytes(good)
        words = "privkey.pem in --tls here is no private key (PEM, without a password)"
        for content in (b"", good, pem(new_key(), b"password")):
            key.write_bytes(content)
            self.assertEqual(self.error(), words)

    def test_a_key_of_something_else(self) -> None:
        write_pair(self.folder)
        (self.folder / "privkey.pem").write_bytes(pem(new_key()))
        self.assertEqual(
            self.error(),
            "privkey.pem in --tls here is not the key of the certificate in"
            " fullchain.pem in --tls here",
        )

    def test_a_key_that_is_too_short(self) -> None:
        key = rsa.generate_private_key(65537, 1024)
        (self.folder / "tls.crt").write_bytes(certificate(key).public_bytes(Encoding.PEM))
        (self.folder / "tls.key").write_bytes(pem(key))
        self.assertIn("tls.crt in --tls here cannot be used: ", self.error())
        self.assertNotIn("\n", self.error())

    def test_out_of_its_time(self) -> None:
        yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
        write_pair(self.folder, since=-2, until=-1)
        self.assertEqual(
            self.read().warning, f"the certificate in --tls here ended on {yesterday}: renew it"
        )
        write_pair(self.folder, since=1, until=2)
        self.assertIn("the certificate in --tls here begins on ", self.read().warning)


class RenewalTests(CertificatesTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.old = write_pair(self.folder)
        self.certificates = self.read()
        self.assertEqual(self.shown(self.certificates), [self.old])
        self.assertEqual(self.logged, [])

    def test_a_new_one_is_taken(self) -> None:
        new = write_pair(self.folder, until=90)
        self.assertEqual(self.shown(self.certificates), [new])
        ends = f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}"
        self.assertEqual(self.logged, [f"TLS has a new certificate, which ends on {ends}"])
        self.assertEqual(self.shown(self.certificates), [new])
        self.assertEqual(len(self.logged), 1)

    def test_as_certbot_does_it(self) -> None:
        """`live` has links, which are put in place of the old ones."""
        live, archive = self.folder / "live", self.folder / "archive"
        live.mkdir()
        self.folder = live
        for number in (1, 2):
            (archive / str(number)).mkdir(parents=True)
            made = write_pair(archive / str(number))
            for name in CERTBOT:
                link = live / "new"
                link.symlink_to(f"../archive/{number}/{name}")
                link.replace(live / name)
            if number == 1:
                self.certificates = self.read()
            self.assertEqual(self.shown(self.certificates), [made])

    def test_a_broken_one_is_told_once_and_the_old_goes_on(self) -> None:
        good = (self.folder / "privkey.pem").read_bytes()
        (self.folder / "privkey.pem").write_bytes(pem(new_key()))
        for _ in range(3):
            self.assertEqual(self.shown(self.certificates), [self.old])
        (told,) = self.logged
        self.assertIn("TLS goes on with the certificate from before, which ends on ", told)
        self.assertIn(": privkey.pem in --tls here is not the key of the certificate in ", told)
        (self.folder / "privkey.pem").write_bytes(good)
        self.assertEqual(self.shown(self.certificates), [self.old])
        self.assertEqual(len(self.logged), 2)

    def test_files_that_go_and_come_again(self) -> None:
        for name in CERTBOT:
            (self.folder / name).rename(self.folder / f"old-{name}")
        for _ in range(3):
            self.assertEqual(self.shown(self.certificates), [self.old])
        self.assertEqual(len(self.logged), 1)
        new = write_pair(self.folder)
        self.assertEqual(self.shown(self.certificates), [new])

    def test_other_rights_are_noticed(self) -> None:
        """A key that could not be read counts as another as soon as it can be."""
        before = self.certificates._look()
        os.chmod(self.folder / "privkey.pem", 0o600)  # noqa: PTH101
        (self.folder / "privkey.pem").chmod(0o640)
        self.assertNotEqual(self.certificates._look(), before)

    def test_one_that_has_ended(self) -> None:
        new = write_pair(self.folder, since=-2, until=-1)
        self.assertEqual(self.shown(self.certificates), [new])
        self.assertIn("renew it", self.logged[1])
