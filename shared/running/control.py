"""Commands that write are carried out by the process that works in the home, never beside it.

The process listens on a free port of 127.0.0.1; both sides prove that they know the home's secret key before a
byte of a command is read. Requests and answers are JSON.
"""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

from shared.errors import SiseError, Unavailable

Operation = Callable[..., Mapping[str, Any]]


class CommandFailed(SiseError):
    """The running process refused the command; the text is its own."""

    status = 422
    code = "command_failed"


class Control:
    """Listens for commands and answers them one after the other on a thread of its own."""

    def __init__(self, operations: Mapping[str, Operation], *, secret_key: bytes) -> None:
        self._operations = operations
        self._listener = Listener(("127.0.0.1", 0), authkey=_proof(secret_key))
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)

    @property
    def port(self) -> int:
        """The port that the listener got."""
        return int(self._listener.address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                with self._listener.accept() as connection:
                    self._answer(connection)
            except (AuthenticationError, EOFError, ConnectionError):
                continue  # a stranger, or a caller that went away

    def _answer(self, connection: Connection) -> None:
        request = json.loads(connection.recv_bytes())
        try:
            answer: dict[str, Any] = {"result": self._operations[request["operation"]](**request["arguments"])}
        except SiseError as refusal:
            answer = {"refusal": refusal.detail}
        connection.send_bytes(json.dumps(answer, default=str).encode())


def send(port: int, operation: str, *, arguments: Mapping[str, Any], secret_key: bytes) -> Mapping[str, Any]:
    """Let the running process carry out ``operation`` and return its answer.

    Raises ``CommandFailed`` when it refuses and ``Unavailable`` when it went away.
    """
    try:
        with Client(("127.0.0.1", port), authkey=_proof(secret_key)) as connection:
            connection.send_bytes(json.dumps({"operation": operation, "arguments": arguments}).encode())
            answer = json.loads(connection.recv_bytes())
    except (OSError, EOFError, AuthenticationError) as problem:
        raise Unavailable("The running process did not answer; look at its log and try again.") from problem
    if "refusal" in answer:
        raise CommandFailed(answer["refusal"])
    return dict(answer["result"])


def _proof(secret_key: bytes) -> bytes:
    return hmac.digest(secret_key, b"sise control", hashlib.sha256)
