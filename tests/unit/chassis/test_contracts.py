from datetime import UTC, datetime

import orjson
import pytest

from shared import context
from shared.contracts import Lane, UnreadableEvent, all_contracts, contract_of
from shared.contracts.envelope import BATCH, SINGLE, EventTooLarge, batch, decode, encode, split
from shared.contracts.registry import EnterpriseRegistered, EnterpriseUpdated

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def enterprise(**changes: object) -> EnterpriseRegistered:
    facts: dict[str, object] = {"enterprise_id": "e1", "uscc": "c1", "name": "甲", "division": "331002001"}
    return EnterpriseRegistered(**(facts | changes))  # type: ignore[arg-type]


class TestEnvelope:
    def test_survives_the_journey(self) -> None:
        event_id, body = encode(enterprise(), sequence=7, at=AT)

        received = decode(split(body, SINGLE)[0])

        assert (received.id, received.sequence, received.time, received.data) == (event_id, 7, AT, enterprise())

    def test_is_a_cloud_event(self) -> None:
        envelope = orjson.loads(encode(enterprise(), sequence=1, at=AT)[1])

        assert envelope["specversion"] == "1.0"
        assert envelope["type"] == "registry.enterprise_registered.v1"
        assert envelope["source"] == "/sise/registry"
        assert envelope["sequence"] == "1"

    def test_carries_the_trace_of_the_running_request(self) -> None:
        with context.bind(context.Trace(correlation_id="story", actor="account:1")):
            received = decode(split(encode(enterprise(), sequence=1, at=AT)[1], SINGLE)[0])

        assert (received.correlation_id, received.actor) == ("story", "account:1")

    def test_joins_and_splits_a_batch(self) -> None:
        bodies = [encode(enterprise(enterprise_id=f"e{n}"), sequence=1, at=AT)[1] for n in range(3)]

        subjects = [decode(one).subject for one in split(batch(bodies), BATCH)]

        assert subjects == ["e0", "e1", "e2"]

    def test_refuses_an_event_of_more_than_64_kib(self) -> None:
        with pytest.raises(EventTooLarge):
            encode(enterprise(address="路" * 30_000), sequence=1, at=AT)


class TestReading:
    def test_ignores_fields_that_it_does_not_know(self) -> None:
        envelope = orjson.loads(encode(enterprise(), sequence=1, at=AT)[1])
        envelope["data"]["later_field"] = 1

        assert decode(envelope).data == enterprise()

    @pytest.mark.parametrize("missing", ["id", "type", "source", "subject", "sequence", "time", "data"])
    def test_refuses_an_envelope_without(self, missing: str) -> None:
        envelope = orjson.loads(encode(enterprise(), sequence=1, at=AT)[1])
        del envelope[missing]

        with pytest.raises(UnreadableEvent):
            decode(envelope)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("data", []), ("data", {}), ("sequence", "x"), ("time", 5), ("type", "no.such.v1"), ("type", []), ("id", "")],
    )
    def test_refuses_wrong_content(self, field: str, value: object) -> None:
        envelope = orjson.loads(encode(enterprise(), sequence=1, at=AT)[1])

        with pytest.raises(UnreadableEvent):
            decode(envelope | {field: value})

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1]", b"3"])
    def test_refuses_what_is_no_message(self, body: bytes) -> None:
        with pytest.raises(UnreadableEvent):
            split(body, BATCH)


class TestContracts:
    def test_know_their_lane(self) -> None:
        assert contract_of(EnterpriseUpdated).lane is Lane.BULK

    @pytest.mark.parametrize("contract", all_contracts().values(), ids=lambda contract: contract.name)
    def test_are_owned_by_the_module_of_their_producer(self, contract: object) -> None:
        assert contract.event_class.__module__ == f"shared.contracts.{contract.producer}"  # type: ignore[attr-defined]

    @pytest.mark.parametrize("contract", all_contracts().values(), ids=lambda contract: contract.name)
    def test_name_a_field_as_subject(self, contract: object) -> None:
        assert {contract.subject, contract.partition} <= {name for name, _ in contract.slots}  # type: ignore[attr-defined]
