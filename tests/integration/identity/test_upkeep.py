"""What identity does by itself: the first user, the change of keys, forgetting, telling a new consumer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from services.identity.subscriptions import current_denials, current_staff
from services.identity.tables import account, refresh_token, sign_in_attempts, signing_key
from services.identity.use_cases import ensure_administrator
from services.identity.worker import declarations
from shared.database import Database
from shared.work.timers import run_due
from tests.integration.identity.conftest import NOW, PASSWORD

DAY = timedelta(days=1)


@pytest.fixture
def at(database: Database) -> Callable[[datetime], None]:
    """Return a function that lets the worker's timers run at a moment."""
    return lambda moment: (run_due(database, declarations(), now=moment), None)[1]


def published(app: Flask) -> list[str]:
    """Return the ids of the published keys, oldest first."""
    return [key["kid"] for key in app.test_client().get("/api/v1/oauth/jwks").json["keys"]]


class TestFirstUser:
    def test_gets_a_password_that_is_shown_once(
        self, app: Flask, database: Database, sign_in: Callable[..., Any]
    ) -> None:
        with database.transaction() as session:
            session.execute(delete(account))
            shown = ensure_administrator(session, "", now=NOW, district="331002")
        assert shown is not None
        assert sign_in("admin", shown).status_code == 200

    def test_is_left_alone_at_the_next_start(self, database: Database, sign_in: Callable[..., Any], app: Flask) -> None:
        with database.transaction() as session:
            assert ensure_administrator(session, "something else 9", now=NOW, district="331002") is None
        assert sign_in("admin", PASSWORD).status_code == 200


class TestKeys:
    def test_change_after_90_days_and_are_forgotten_when_no_token_can_be_left(
        self, app: Flask, at: Callable[[datetime], None]
    ) -> None:
        first = published(app)
        at(NOW + 89 * DAY)
        assert published(app) == first
        at(NOW + 91 * DAY)
        assert (len(published(app)), set(first) < set(published(app))) == (3, True)
        at(NOW + 92 * DAY + timedelta(minutes=1))
        assert (len(published(app)), set(first) & set(published(app))) == (2, {first[1]})

    def test_are_made_anew_when_somebody_threw_them_away(
        self, app: Flask, database: Database, sign_in: Callable[..., Any]
    ) -> None:
        with database.transaction() as session:
            session.execute(delete(signing_key))
        assert sign_in().status_code == 200
        assert len(published(app)) == 2


class TestForgetting:
    @pytest.mark.parametrize(("days", "left"), [(1, (1, 1)), (3, (1, 0)), (9, (0, 0))])
    def test_removes_sessions_after_a_week_and_failures_after_a_day(
        self, database: Database, sign_in: Callable[..., Any], at: Callable[[datetime], None], days: int, left: Any
    ) -> None:
        sign_in()
        sign_in("nobody", "wrong")
        at(NOW + days * DAY)
        with database.reading() as session:
            counts = [
                session.scalar(select(func.count()).select_from(one)) for one in (refresh_token, sign_in_attempts)
            ]
        assert tuple(counts) == left


class TestNewConsumer:
    def test_is_told_of_every_account_in_pages(self, database: Database, make_account: Callable[..., str]) -> None:
        made = {make_account("lin"), make_account("chen")}
        with database.reading() as session:
            first = current_staff(session, None, 2)
            rest = current_staff(session, first[-1].key, 2)
        assert (len(first), len(rest)) == (2, 1)
        assert made < {each.key for each in (*first, *rest)}

    def test_is_told_whose_tokens_count_no_more(
        self, database: Database, as_user: Callable[..., Any], make_account: Callable[..., str]
    ) -> None:
        leavers, administrator = [make_account("lin"), make_account("chen")], as_user()
        for leaver in leavers:
            administrator.post(f"/api/v1/identity/accounts/{leaver}/disable")
        administrator.post(f"/api/v1/identity/accounts/{leavers[1]}/enable")
        with database.reading() as session:
            first = current_denials(session, None, 1)
            told = [*first, *current_denials(session, first[-1].key, 5)]
        assert {each.key: each.event.is_denied for each in told} == {leavers[0]: True, leavers[1]: False}
