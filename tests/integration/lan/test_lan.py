"""HTTPS on the local network: a client that trusts exactly the home's certificate, and nobody else's."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path
from stat import S_IMODE

import pytest
from flask import Flask, request

from deploy.native.programs import free_port
from shared.errors import Unavailable
from shared.lan.certificate import CERTIFICATE, KEY, LIVES, ensure_certificate, fingerprint
from shared.lan.serving import Lan, find_lan, serving_lan

ADDRESS = "127.0.0.1"
NOW = datetime.now(UTC)


@pytest.fixture
def lan() -> Lan:
    return Lan(ADDRESS, free_port())


@pytest.fixture
def served(tmp_path: Path, lan: Lan) -> Iterator[Path]:
    """Return the certificate of an application that is served."""
    app = Flask("test")
    app.add_url_rule("/", view_func=lambda: {"secure": request.is_secure, "from": request.remote_addr})
    certificate, key = ensure_certificate(tmp_path, ADDRESS, now=NOW)
    with serving_lan(app, lan, certificate=certificate, key=key):
        yield certificate


def connection(lan: Lan, certificate: Path | None) -> HTTPSConnection:
    trusting = ssl.create_default_context(cafile=str(certificate)) if certificate else ssl.create_default_context()
    return HTTPSConnection(lan.address, lan.port, timeout=10, context=trusting)


class TestCertificate:
    def test_is_trusted_by_who_trusts_exactly_it(self, served: Path, lan: Lan) -> None:
        client = connection(lan, served)
        bodies = []
        for _ in range(2):  # one connection serves several requests
            client.request("GET", "/")
            bodies.append(client.getresponse().read())
        client.close()
        assert bodies == [b'{"from":"127.0.0.1","secure":true}\n'] * 2

    def test_is_trusted_by_nobody_else(self, served: Path, lan: Lan) -> None:
        client = connection(lan, None)
        with pytest.raises(ssl.SSLCertVerificationError):
            client.request("GET", "/")
        client.close()

    def test_holds_for_its_address_only(self, tmp_path: Path, lan: Lan) -> None:
        certificate, key = ensure_certificate(tmp_path, "192.168.7.7", now=NOW)
        with serving_lan(Flask("test"), lan, certificate=certificate, key=key):
            client = connection(lan, certificate)
            with pytest.raises(ssl.SSLCertVerificationError):
                client.request("GET", "/")
            client.close()

    def test_keeps_its_key_from_others(self, served: Path) -> None:
        key = served.parent / KEY
        assert S_IMODE(key.stat().st_mode) == 0o600
        assert b"PRIVATE" not in served.read_bytes()

    def test_stays_the_same_until_it_is_due(self, tmp_path: Path) -> None:
        marks = []
        for address, moment in ((ADDRESS, NOW), (ADDRESS, NOW + timedelta(days=300)), (ADDRESS, NOW + LIVES)):
            ensure_certificate(tmp_path, address, now=moment)
            marks.append(fingerprint(tmp_path / CERTIFICATE))
        assert (marks[0] == marks[1], marks[1] == marks[2], len(marks[0])) == (True, False, 95)

    def test_is_made_anew_for_another_address(self, tmp_path: Path) -> None:
        marks = []
        for address in (ADDRESS, "192.168.7.7"):
            ensure_certificate(tmp_path, address, now=NOW)
            marks.append(fingerprint(tmp_path / CERTIFICATE))
        assert marks[0] != marks[1]


class TestServing:
    def test_is_not_held_up_by_who_never_shakes_hands(self, served: Path, lan: Lan) -> None:
        with socket.create_connection((lan.address, lan.port)), socket.create_connection((lan.address, lan.port)):
            client = connection(lan, served)
            client.request("GET", "/")
            assert client.getresponse().status == 200
            client.close()

    def test_speaks_no_plain_http(self, served: Path, lan: Lan) -> None:
        with socket.create_connection((lan.address, lan.port), timeout=10) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            heard = b""
            with suppress(ConnectionResetError):
                heard = plain.recv(100)
        assert b"HTTP" not in heard


class TestAddress:
    def test_is_the_one_that_is_set(self) -> None:
        lan = find_lan({"SISE_LAN_ADDRESS": "192.168.7.7", "SISE_LAN_PORT": "9443"})
        assert lan.url == "https://192.168.7.7:9443"

    def test_is_found_or_said_to_be_missing(self) -> None:
        try:
            found = find_lan({}).address
        except Unavailable as missing:
            found = missing.detail
        assert found.count(".") >= 1

    def test_is_answered_to_and_named_in_codes(self) -> None:
        settings = Lan("192.168.7.7", 8443).settings({"SISE_HOME": "x", "SISE_PUBLIC_URL": ""})
        assert settings["SISE_PUBLIC_URL"] == "https://192.168.7.7:8443"
        assert settings["SISE_ALLOWED_HOSTS"] == "127.0.0.1,localhost,[::1],192.168.7.7"

    def test_leaves_a_public_address_that_is_set(self) -> None:
        settings = Lan("192.168.7.7", 8443).settings({"SISE_PUBLIC_URL": "https://sise.example"})
        assert settings["SISE_PUBLIC_URL"] == "https://sise.example"
