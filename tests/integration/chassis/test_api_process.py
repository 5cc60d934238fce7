"""A process of the full stack as it starts."""

import os
import subprocess
import sys
from pathlib import Path

import requests

from deploy.native.programs import free_port
from tests.support.events import until

SISE = Path(sys.executable).with_name("sise")


class TestAnApi:
    def test_opens_no_control_socket_in_the_home_of_its_user(self, tmp_path: Path) -> None:
        """gunicorn's default is one per user, which services collide on, and it is a door to administer them."""
        address = f"127.0.0.1:{free_port()}"
        settings = {**os.environ, "HOME": str(tmp_path), "SISE_HOME": str(tmp_path / "sise")}
        subprocess.run([SISE, "migrate", "registry"], env=settings, check=True, capture_output=True)
        with subprocess.Popen([SISE, "api", "registry", "--bind", address], env=settings) as api:
            until(lambda: is_ready(address), seconds=60)
            opened = [path.name for path in tmp_path.iterdir()]
            api.terminate()

        assert opened == ["sise"]


def is_ready(address: str) -> bool:
    try:
        return requests.get(f"http://{address}/readyz", timeout=2).ok
    except requests.RequestException:
        return False
