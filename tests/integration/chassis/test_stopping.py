"""A process that is asked to end does not wait for those who only listen."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask, jsonify

from deploy.native.programs import free_port
from deploy.stack import answers
from tests.support.callers import Signer
from tests.support.events import until
from tests.support.serving import serving
from tests.support.streams import hear_to_the_end, listen

SISE = Path(sys.executable).with_name("sise")
LISTENERS = 5
AT_ONCE = 10.0  # seconds; half of what gunicorn gives to answers that do not end


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@pytest.fixture(scope="module")
def identity(signer: Signer) -> Iterator[str]:
    """Give the address of a service that hands out the keys of ``signer``."""
    app = Flask("identity")
    keys = {"keys": [signer.key.as_dict(private=False)]}
    app.add_url_rule("/api/v1/oauth/jwks", endpoint="keys", view_func=lambda: jsonify(keys))
    app.add_url_rule("/readyz", endpoint="ready", view_func=lambda: {"status": "ready"})
    with serving(app) as url:
        yield url


@pytest.mark.parametrize("role", ["api", "stream"])
class TestAProcessOfTheFullStack:
    def test_ends_at_once_while_streams_are_open(
        self, tmp_path: Path, signer: Signer, identity: str, role: str
    ) -> None:
        port = free_port()
        settings = {**os.environ, "SISE_HOME": str(tmp_path), "SISE_URL_IDENTITY": identity}
        subprocess.run([SISE, "migrate", "gateway"], env=settings, check=True, capture_output=True)
        with (
            subprocess.Popen([SISE, role, "gateway", "--bind", f"127.0.0.1:{port}"], env=settings) as process,
            ExitStack() as opened,
        ):
            until(lambda: answers(port), seconds=60)
            token = signer.token(actions=["map:read"], divisions=["331002"])
            streams = [opened.enter_context(listen(f"http://127.0.0.1:{port}", token)) for _ in range(LISTENERS)]

            began = time.monotonic()
            process.terminate()
            for stream in streams:
                hear_to_the_end(stream)
            process.wait()

            assert process.returncode == 0
            assert time.monotonic() - began < AT_ONCE
