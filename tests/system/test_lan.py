"""`sise run --lan`: phones of the local network get HTTPS, this machine keeps its plain address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.native.programs import free_port
from shared.lan.certificate import CERTIFICATE, fingerprint
from tests.support.running import PASSWORD, SISE, System, running

FORM = {"username": "admin", "password": PASSWORD}


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[System, str, Path]]:
    """Return a running system, its address on the network, and the certificate to trust."""
    home, port = tmp_path_factory.mktemp("lan") / "home", free_port()
    settings = {"SISE_HOME": str(home), "SISE_LAN_ADDRESS": "127.0.0.2", "SISE_LAN_PORT": str(port)}
    with running(System(home, [SISE, "run", "--lan"], settings)) as system:
        yield system, f"https://127.0.0.2:{port}", home / CERTIFICATE


class TestLan:
    def test_signs_in_over_https_with_a_cookie_for_https_only(self, lan: tuple[System, str, Path]) -> None:
        _, url, certificate = lan
        answer = requests.post(f"{url}/session", data=FORM, verify=certificate, allow_redirects=False, timeout=30)
        assert (answer.status_code, "Secure" in answer.headers["Set-Cookie"]) == (303, True)

    def test_leaves_loopback_as_it_is(self, lan: tuple[System, str, Path]) -> None:
        system, _, _ = lan
        answer = requests.post(f"{system.url}/session", data=FORM, allow_redirects=False, timeout=30)
        assert (answer.status_code, "Secure" in answer.headers["Set-Cookie"]) == (303, False)

    def test_answers_to_no_other_host_name(self, lan: tuple[System, str, Path]) -> None:
        _, url, certificate = lan
        answer = requests.get(f"{url}/sign-in", headers={"Host": "evil.example"}, verify=certificate, timeout=30)
        assert answer.status_code == 400

    def test_shows_the_code_and_the_fingerprint(self, lan: tuple[System, str, Path]) -> None:
        system, url, certificate = lan
        said = (system.home.parent / f"{system.home.name}.out").read_text()
        assert (url in said, fingerprint(certificate) in said, "\N{FULL BLOCK}" in said) == (True, True, True)
        page = requests.get(f"{url}/certificate", verify=certificate, timeout=30)
        assert page.content == certificate.read_bytes()
