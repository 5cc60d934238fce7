from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from shared.contracts.identity import AccountDisabled
from shared.contracts.registry import EnterpriseRegistered, EnterpriseUpdated
from shared.database import Database
from shared.database.chassis import scope_contract, scope_enterprise, token_deny
from shared.events.received import Received
from shared.security import Principal
from shared.security.rates import TooManyRequests, take_token
from shared.security.scope import enterprises_in_scope
from shared.security.subscriptions import keep_scope
from shared.security.tokens import AccountDenied, Unauthenticated, refuse_denied
from shared.security.upkeep import keep_denials

NOW = datetime(2026, 5, 6, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def eid(number: int) -> str:
    return f"0192f0a0-0000-7000-8000-{number:012}"


PLACES = {1: ("331002001001", "g1"), 2: ("331002002", "g2"), 3: ("", ""), 4: ("331003001", "g4"), 5: ("331002", "")}
CONTRACTS = {1: (-DAY, None), 2: (-2 * DAY, -DAY), 4: (DAY, None), 5: (-DAY, DAY)}


@pytest.fixture
def places(database: Database) -> Database:
    with database.transaction() as session:
        for number, (division, grid) in PLACES.items():
            row = {"enterprise_id": eid(number), "division": division, "grid": grid, "sequence": 1}
            session.execute(insert(scope_enterprise), row)
        for number, (start, end) in CONTRACTS.items():
            row = {"contract_id": eid(number), "enterprise_id": eid(number), "intermediary_id": eid(9), "sequence": 1}
            dates = {"starts_at": NOW + start, "ends_at": None if end is None else NOW + end}
            session.execute(insert(scope_contract), {**row, **dates})
    return database


class TestScope:
    @pytest.mark.parametrize(
        ("jurisdiction", "seen"),
        [
            ({}, set()),
            ({"divisions": ("331002",)}, {1, 2, 3, 5}),
            ({"divisions": ("331002001",)}, {1}),
            ({"divisions": ("331002002", "331003")}, {2, 3, 4}),
            ({"divisions": ("331009",)}, {3}),
            ({"divisions": ("",)}, set()),
            ({"divisions": ("x",)}, set()),
            ({"grids": ("g1", "g4")}, {1, 4}),
            ({"grids": ("",)}, set()),
            ({"enterprise_id": eid(2)}, {2}),
            ({"intermediary_id": eid(9)}, {1, 5}),
            ({"intermediary_id": eid(8)}, set()),
        ],
    )
    def test_lets_each_see_its_own(self, places: Database, jurisdiction: dict, seen: set[int]) -> None:
        principal = Principal("someone", at=NOW, **jurisdiction)
        with places.reading() as session:
            found = set(session.scalars(enterprises_in_scope(principal)))
        assert found == {eid(number) for number in seen}


def received(event: object, *, subject: str, sequence: int, at: datetime = NOW) -> Received:
    blank = {"id": "", "type": "", "source": "", "partition_key": "", "correlation_id": "", "traceparent": ""}
    return Received(subject=subject, sequence=sequence, time=at, actor="", data=event, **blank)


class TestKeepingScope:
    def test_follows_the_newest_version_whatever_the_order(self, database: Database) -> None:
        def event(kind: type, division: str, sequence: int) -> Received:
            content = {"enterprise_id": eid(1), "uscc": "", "name": ""}
            return received(kind(**content, division=division), subject=eid(1), sequence=sequence)

        with database.transaction() as session:
            keep_scope(
                session,
                [event(EnterpriseUpdated, "331002002", 2), event(EnterpriseRegistered, "331002001", 1)],
                now=NOW,
            )
            keep_scope(session, [event(EnterpriseRegistered, "331002001", 1)], now=NOW)
            assert session.scalar(select(scope_enterprise.c.division)) == "331002002"


class TestDenial:
    def deny(self, database: Database, *, is_denied: bool, sequence: int, at: datetime) -> None:
        event = received(AccountDisabled(subject="lin", is_denied=is_denied), subject="lin", sequence=sequence, at=at)
        with database.transaction() as session:
            keep_denials(session, [event], now=NOW)

    @pytest.mark.parametrize(("issued", "is_refused"), [(-1, True), (3, True), (10, False)])
    def test_ends_for_tokens_that_are_younger_than_the_return(
        self, database: Database, issued: int, is_refused: bool
    ) -> None:
        self.deny(database, is_denied=True, sequence=2, at=NOW)
        self.deny(database, is_denied=False, sequence=3, at=NOW + timedelta(seconds=5))
        self.deny(database, is_denied=True, sequence=2, at=NOW)
        principal = Principal("lin", issued_at=NOW + timedelta(seconds=issued))
        with database.reading() as session:
            if is_refused:
                with pytest.raises(AccountDenied):
                    refuse_denied(session, principal)
            else:
                refuse_denied(session, principal)

    def test_of_a_session_leaves_the_other_sessions_of_the_account_alone(self, database: Database) -> None:
        event = received(AccountDisabled(subject="session:s1"), subject="session:s1", sequence=1, at=NOW)
        with database.transaction() as session:
            keep_denials(session, [event], now=NOW)
        later = NOW + timedelta(seconds=5)
        with database.reading() as session:
            refuse_denied(session, Principal("lin", session_id="s2", issued_at=NOW))
            with pytest.raises(Unauthenticated, match="session has ended"):
                refuse_denied(session, Principal("lin", session_id="s1", issued_at=later))

    def test_of_a_session_is_forgotten_when_no_token_of_it_can_live(self, database: Database) -> None:
        self.deny(database, is_denied=True, sequence=2, at=NOW - 400 * DAY)
        for number, at in ((1, NOW - timedelta(hours=25)), (2, NOW - timedelta(hours=23))):
            subject = f"session:{number}"
            event = received(AccountDisabled(subject=subject), subject=subject, sequence=1, at=at)
            with database.transaction() as session:
                keep_denials(session, [event], now=NOW)
        with database.reading() as session:
            assert set(session.scalars(select(token_deny.c.subject))) == {"lin", "session:2"}

    def test_concerns_nobody_else(self, database: Database) -> None:
        self.deny(database, is_denied=True, sequence=2, at=NOW)
        with database.reading() as session:
            refuse_denied(session, Principal("wang"))
            assert session.scalar(select(token_deny.c.subject)) == "lin"

    @pytest.mark.parametrize(("agency_id", "is_refused"), [("lin", True), ("bank", False), ("", False)])
    def test_of_an_agency_concerns_its_clerks(self, database: Database, agency_id: str, *, is_refused: bool) -> None:
        self.deny(database, is_denied=True, sequence=2, at=NOW)
        self.deny(database, is_denied=False, sequence=3, at=NOW + timedelta(seconds=5))
        clerk = Principal("clerk", agency_id=agency_id, issued_at=NOW)
        with database.reading() as session, pytest.raises(AccountDenied) if is_refused else nullcontext():
            refuse_denied(session, clerk)


class TestRates:
    def test_let_a_burst_through_and_then_a_steady_stream(self, database: Database) -> None:
        with database.transaction() as session:
            for _ in range(3):
                take_token(session, "b", capacity=3, per_second=0.5, now=NOW)
            with pytest.raises(TooManyRequests) as refusal:
                take_token(session, "b", capacity=3, per_second=0.5, now=NOW)
            take_token(session, "b", capacity=3, per_second=0.5, now=NOW + timedelta(seconds=2))
        assert refusal.value.retry_after == 2
