"""The board of a day counts what its lists show, within the caller's area, on both databases."""

from datetime import date
from typing import Any

from shared.clock import business_date
from shared.database import Database
from tests.integration.permits.conftest import PERMITS, Caller, known_enterprise, run_clock
from tests.integration.permits.permitting import WORK
from tests.integration.permits.test_permit_clocks import NOW, applied
from tests.support.permits import HOUR, Work

BOARD = f"{WORK}/board"
DAY = business_date(NOW)


def counted(board: Any) -> dict[tuple[str, str], int]:
    return {(row["kind"], row["state"]): row["count"] for row in board["rows"]}


def some_work(database: Database, enterprise_id: str) -> Work:
    """Let an enterprise have a permit with its power of today, and a draft of tomorrow."""
    work = applied(database, enterprise_id).approve(at=NOW, related=("temp_power",)).start(at=NOW)
    applied(database, enterprise_id, start=NOW + 24 * HOUR)
    return work


class TestTheBoard:
    def test_counts_by_kind_and_state_what_is_valid_that_day(self, database: Database, caller: Caller) -> None:
        some_work(database, known_enterprise(database, industry="C2614"))
        officer = caller()

        board = officer.get(f"{BOARD}?day={DAY}").json

        assert counted(board) == {("hot_work", "active"): 1, ("temp_power", "draft"): 1}
        assert (board["total"], board["live"], board["alerting"]) == (2, 1, 0)
        window = {"since": board["since"], "until": board["until"], "state": "active"}
        assert len(officer.get(WORK, query_string=window).json["items"]) == 1

    def test_counts_for_which_something_is_due(self, database: Database, caller: Caller) -> None:
        some_work(database, known_enterprise(database, industry="C2614"))
        run_clock(database, now=NOW + 7.6 * HOUR)
        board = caller().get(f"{BOARD}?day={DAY}").json
        assert board["alerting"] == 1
        assert caller().get(WORK, query_string={"is_alerting": True}).json["items"][0]["alerts"] == ["expiring"]

    def test_counts_the_own_area_only(self, database: Database, caller: Caller) -> None:
        mine, other = (known_enterprise(database, industry="C2614") for _ in range(2))
        some_work(database, mine)
        client = caller("enterprise_user", divisions=[], enterprise_id=other)
        assert client.get(f"{BOARD}?day={DAY}").json["total"] == 0
        assert caller("subdistrict_officer", divisions=["331002999"]).get(f"{BOARD}?day={DAY}").json["rows"] == []

    def test_is_of_today_unless_told(self, database: Database, caller: Caller) -> None:
        assert caller().get(BOARD).json["day"] >= date(2026, 1, 1).isoformat()
        assert PERMITS in BOARD
