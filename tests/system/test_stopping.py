"""`sise run` that is asked to end does not wait for pages that show the live map."""

from contextlib import ExitStack
from pathlib import Path

import requests

from tests.support.running import PASSWORD, Embedded, running
from tests.support.streams import hear_to_the_end, listen

FORM = {"username": "admin", "password": PASSWORD}
LISTENERS = 5
WAITED_IN_VAIN = "still running"  # waitress, when its threads had not ended after 5 s


class TestStopping:
    def test_lets_open_streams_end(self, tmp_path: Path) -> None:
        with running(Embedded(tmp_path / "home")) as system, ExitStack() as opened:
            token = requests.post(f"{system.url}/api/v1/auth/login", json=FORM, timeout=30).json()["access_token"]
            streams = [opened.enter_context(listen(system.url, token)) for _ in range(LISTENERS)]

            system.child.terminate()
            for stream in streams:
                hear_to_the_end(stream)
            system.child.wait(60)

            assert system.child.returncode == 0
            assert WAITED_IN_VAIN not in (system.home / "sise.log").read_text("utf-8")
