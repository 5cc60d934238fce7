"""Whoever listens to the event stream of a running gateway."""

import requests


def listen(url: str, token: str) -> requests.Response:
    """Return an open stream of the gateway at ``url`` of which the first line has been heard."""
    headers = {"Authorization": f"Bearer {token}"}
    stream = requests.get(f"{url}/api/v1/events/stream", headers=headers, stream=True, timeout=60)
    assert stream.raw.readline().startswith(b"retry: "), stream.status_code
    return stream


def hear_to_the_end(stream: requests.Response) -> None:
    """Read until the answer has come to its proper end; raises when the connection broke before."""
    while stream.raw.read(1024):
        pass
