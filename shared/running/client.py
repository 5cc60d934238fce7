"""A small client of the product's own HTTP API, for commands that do what a user could do."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from shared.errors import Refused, Unavailable

PATIENCE = 30
UPLOAD_PATIENCE = 300  # a large file is stored before it is answered
POLL = 0.3


class ApiRefused(Refused):
    """The API said no; the text is its own."""

    code = "api_refused"


class ApiClient:
    """Speaks to the gateway at ``url`` as one user."""

    def __init__(self, url: str, *, username: str, password: str) -> None:
        self._url = url.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False
        signed_in = self.call("POST", "auth/login", json={"username": username, "password": password})
        self._http.headers["Authorization"] = f"Bearer {signed_in['access_token']}"

    def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Call ``/api/v1/<path>`` and return the JSON answer.

        Raises ``ApiRefused`` with the detail of a refusal, ``Unavailable`` when nobody answers.
        """
        patience = UPLOAD_PATIENCE if "files" in content else PATIENCE
        try:
            answer = self._http.request(method, f"{self._url}/api/v1/{path}", timeout=patience, **content)
        except requests.RequestException as problem:
            raise Unavailable(f"{self._url} does not answer. Is it running? Start it with: sise run") from problem
        if not answer.ok:
            raise ApiRefused(f"{answer.status_code} {_detail(answer)}")
        return dict(answer.json()) if answer.content else {}

    def import_register(
        self, file: Path, *, kind: str = "enterprises", is_dry_run: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        """Upload a list of a ``kind`` and give its progress until it has ended."""
        with file.open("rb") as content:
            fields = {"kind": kind, **({"dry_run": "true"} if is_dry_run else {})}
            accepted = self.call("POST", "registry/imports", files={"file": (file.name, content)}, data=fields)
        while True:
            progress = self.call("GET", f"registry/imports/{accepted['id']}")
            yield progress
            if progress["state"] != "running":
                return
            time.sleep(POLL)


def _detail(answer: requests.Response) -> str:
    """Return the words of a refusal and, where it lists fields, what is wrong with each."""
    try:
        problem = answer.json()
    except requests.JSONDecodeError:
        return answer.reason
    fields = "; ".join(f"{one['field']}: {one['detail']}" for one in problem.get("errors", []))
    return f"{problem.get('detail', answer.reason)} {fields}".rstrip()
