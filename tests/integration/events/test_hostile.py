"""Whatever is sent, the worker goes on: it is handled or parked, and others are not held up."""

import random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.bus import Message
from shared.contracts.envelope import BATCH, SINGLE
from shared.database.chassis import inbox, parked_event
from shared.events.handlers import Handlers
from shared.events.reading import open_message
from tests.integration.events.conftest import Handling, Listener
from tests.support.events import logged, registered

GOOD = orjson.loads(logged(registered()).body)
BAD = [
    b"",
    b"\x00\xff\xfe",
    b"null",
    b"[]",
    b"17",
    b'"text"',
    b"{}",
    b"[" * 3_000,
    b'{"id": NaN}',
    '{"id": "\ud800"}'.encode("utf-8", "surrogatepass"),
    orjson.dumps({**GOOD, "type": "registry.enterprise_registered.v2"}),
    orjson.dumps({**GOOD, "type": "registry.enterprise_registered.v0"}),
    orjson.dumps({**GOOD, "type": "registry.import_completed.v1"}),
    orjson.dumps({**GOOD, "type": ["a"]}),
    orjson.dumps({**GOOD, "id": "1"}),
    orjson.dumps({**GOOD, "id": GOOD["id"].upper()}),
    orjson.dumps({**GOOD, "sequence": "many"}),
    orjson.dumps({**GOOD, "sequence": str(2**80)}),
    orjson.dumps({**GOOD, "time": "yesterday"}),
    orjson.dumps({**GOOD, "subject": ""}),
    orjson.dumps({**GOOD, "subject": "a\u0000b"}),
    orjson.dumps({**GOOD, "data": None}),
    orjson.dumps({**GOOD, "data": [1, 2]}),
    orjson.dumps({**GOOD, "data": {}}),
    orjson.dumps({**GOOD, "data": {**GOOD["data"], "enterprise_id": {"a": 1}}}),
    orjson.dumps({**GOOD, "data": {**GOOD["data"], "name": ["x"]}}),
    orjson.dumps({**GOOD, "data": {**GOOD["data"], "name": "a\u0000b"}}),
    orjson.dumps({**GOOD, "data": {**GOOD["data"], "name": "x" * 3_000_000}}),
    orjson.dumps({**GOOD, "correlationid": {"a": []}, "actor": 7}),
]


class Queue:
    """A queue of the test's making."""

    def __init__(self, messages: list[Message]) -> None:
        self._messages = messages[::-1]
        self.acknowledged = 0

    def receive(self, timeout: float) -> Message | None:
        return self._messages.pop() if self._messages else None

    def settle(self, *_arguments: Any) -> None:
        """Nothing to do."""

    def acknowledge(self, messages: list[Message]) -> None:
        self.acknowledged += len(messages)


def consume(listener: Listener, messages: list[Message]) -> int:
    """Let the listener consume ``messages``; return how many were acknowledged."""
    consumption, queue = listener.consumption(), Queue(messages)
    consumption.consumer = queue
    while consumption.turn(0):
        pass
    return queue.acknowledged


def message(body: bytes, content_type: str = SINGLE, sender: str = "") -> Message:
    return Message(body, content_type, sender, 1)


class TestAHostileMessage:
    @pytest.mark.parametrize("content_type", [SINGLE, BATCH, "", "text/plain"])
    def test_never_stops_the_worker_nor_others(self, listener: Listener, content_type: str) -> None:
        good = [message(logged(registered()).body) for _ in range(3)]
        hostile = [message(body, content_type) for body in BAD]
        assert consume(listener, [good[0], *hostile[:12], good[1], *hostile[12:], good[2]]) == 3 + len(BAD)
        assert listener.names().count("甲厂") >= 3

    def test_is_kept_with_its_bytes_and_the_reason(self, listener: Listener) -> None:
        consume(listener, [message(b"\x00\xff not an event")])
        assert [(row.body, row.state) for row in listener.rows(parked_event)] == [(b"\x00\xff not an event", "parked")]

    def test_that_comes_again_is_kept_once(self, listener: Listener) -> None:
        consume(listener, [message(b"nonsense")] * 3)
        assert len(listener.rows(parked_event)) == 1

    def test_does_not_spoil_the_batch_it_came_in(self, listener: Listener) -> None:
        bodies = [logged(registered()).body, orjson.dumps({**GOOD, "data": None}), logged(registered()).body]
        consume(listener, [message(b"[" + b",".join(bodies) + b"]", BATCH)])
        assert (len(listener.names()), len(listener.rows(parked_event))) == (2, 1)

    def test_of_a_newer_version_with_more_fields_is_read(self, listener: Listener) -> None:
        newer = {**GOOD, "data": {**GOOD["data"], "colour_of_door": "green"}, "trailer": 1}
        consume(listener, [message(orjson.dumps(newer))])
        assert listener.names() == ["甲厂"]

    def test_in_anothers_name_does_not_use_up_the_id(self, listener: Listener) -> None:
        forged, true = message(orjson.dumps(GOOD), sender="gateway"), message(orjson.dumps(GOOD), sender="registry")
        consume(listener, [forged])
        assert listener.rows(inbox) == []
        consume(listener, [true])
        assert listener.names() == ["甲厂"]

    def test_of_random_bytes_is_parked_or_handled(self, listener: Listener) -> None:
        chance = random.Random(20261102)
        bodies = [_mutated(chance) for _ in range(300)]
        assert consume(listener, [message(body) for body in bodies]) == 300


def _mutated(chance: random.Random) -> bytes:
    body = bytearray(logged(registered()).body)
    for _ in range(chance.randint(1, 6)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body[: chance.randint(1, len(body))] if chance.random() < 0.2 else body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


class TestOpening:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(field=st.sampled_from([*GOOD, "new"]), value=JSON, content_type=st.sampled_from([SINGLE, BATCH, ""]))
    def test_never_raises(self, field: str, value: Any, content_type: str) -> None:
        try:
            body = orjson.dumps({**GOOD, field: value})
        except TypeError:  # a lone surrogate or a huge integer cannot even be written
            body = repr(value).encode("utf-8", "replace")
        opened = open_message(message(body, content_type), Handlers(Handling().declarations()))
        assert len(opened.events) + len(opened.unreadable) == 1
