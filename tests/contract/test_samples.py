"""Every version of every event that was ever emitted can still be read, and a contract never loses a field."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.contracts import all_contracts
from shared.contracts.envelope import SINGLE, decode, encode, split

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))


@pytest.fixture(params=SAMPLES, ids=lambda path: path.stem)
def stored(request: pytest.FixtureRequest) -> bytes:
    sample: Path = request.param
    return sample.read_bytes()


class TestStoredSample:
    def test_is_read_with_all_its_facts(self, stored: bytes) -> None:
        envelope: dict[str, Any] = split(stored, SINGLE)[0]

        received = decode(envelope)

        told = {name: _plain(getattr(received.data, name)) for name in envelope["data"]}
        assert told == envelope["data"]

    def test_is_written_again_as_it_was(self, stored: bytes) -> None:
        received = decode(split(stored, SINGLE)[0])

        _, body = encode(received.data, sequence=received.sequence, at=received.time, event_id=received.id)

        before, now = orjson.loads(stored), orjson.loads(body)
        assert {name: now["data"][name] for name in before["data"]} == before["data"]
        assert {name: now[name] for name in ("id", "source", "type", "subject", "sequence")} == {
            name: before[name] for name in ("id", "source", "type", "subject", "sequence")
        }

    def test_is_named_after_its_contract(self) -> None:
        ours = {one.name for one in all_contracts().values() if one.event_class.__module__.startswith("shared.")}

        assert {path.stem for path in SAMPLES} == ours


def _plain(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value))
