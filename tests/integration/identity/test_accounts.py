from collections.abc import Callable
from typing import Any

import orjson
import pytest
from sqlalchemy import insert, select

from services.identity.subscriptions import current_denials
from services.identity.tables import account, known_enterprise
from shared.database import Database
from shared.database.chassis import audit_entry, outbox
from tests.integration.identity.conftest import PASSWORD
from tests.support.racing import at_once

ACCOUNTS = "/api/v1/identity/accounts"
FIRM = "0192f0a0-0000-7000-8000-000000000001"
NEW = {"username": "wang", "name": "王小二", "roles": ["grid_worker"], "grids": ["g1"], "password": PASSWORD}


def events(database: Database, kind: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        bodies = session.scalars(select(outbox.c.body).where(outbox.c.type == kind).order_by(outbox.c.id))
        return [orjson.loads(body) for body in bodies]


class TestMaking:
    def test_lets_the_new_user_sign_in(self, as_user: Callable[..., Any]) -> None:
        answer = as_user().post(ACCOUNTS, json=NEW)
        profile = as_user("wang").get("/api/v1/identity/me").json
        assert (answer.status_code, answer.json["generated_password"]) == (201, None)
        assert (profile["id"], profile["grids"]) == (answer.json["id"], ["g1"])

    def test_generates_a_password_that_is_shown_once(self, as_user: Callable[..., Any]) -> None:
        made = as_user().post(ACCOUNTS, json={**NEW, "password": ""} | {"username": "li"})
        without = {name: value for name, value in NEW.items() if name != "password"}
        answer = as_user().post(ACCOUNTS, json=without)
        assert made.status_code == 422
        assert as_user("wang", answer.json["generated_password"]).get("/api/v1/identity/me").status_code == 200

    def test_is_told_to_the_others_without_names(self, as_user: Callable[..., Any], database: Database) -> None:
        made = as_user().post(ACCOUNTS, json=NEW).json["id"]
        told = events(database, "identity.staff_changed.v1")[-1]
        assert (told["subject"], told["data"]["roles"], told["sequence"]) == (made, ["grid_worker"], "1")
        assert "王" not in str(told)

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"username": "admin"}, 409, "username_taken"),
            ({"username": "A b"}, 422, "username_malformed"),
            ({"password": "short"}, 422, "password_too_weak"),
            ({"password": "my-wang-harbour"}, 422, "password_too_weak"),
            ({"roles": ["king"]}, 422, "role_unknown"),
            ({"roles": []}, 422, "role_unknown"),
            ({"roles": ["auditor", "administrator"]}, 422, "roles_conflict"),
            ({"divisions": ["331003"]}, 403, "jurisdiction_too_wide"),
            ({"divisions": ["33"]}, 422, "invalid_fields"),
            ({"colour": "red"}, 422, "invalid_fields"),
        ],
    )
    def test_refuses(self, as_user: Callable[..., Any], change: dict[str, Any], status: int, code: str) -> None:
        answer = as_user().post(ACCOUNTS, json={**NEW, **change})
        assert (answer.status_code, answer.json["code"]) == (status, code)

    def test_gives_a_name_to_one_of_several_at_once(self, as_user: Callable[..., Any], database: Database) -> None:
        clients = [as_user() for _ in range(4)]
        answers = at_once(lambda number: clients[number].post(ACCOUNTS, json=NEW), threads=len(clients))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        assert {answer.json.get("code") for answer in answers} == {None, "username_taken"}
        assert [event["subject"] for event in events(database, "identity.staff_changed.v1")].count(
            next(answer.json["id"] for answer in answers if answer.status_code == 201)
        ) == 1


class TestChanging:
    def test_takes_a_new_role_and_area(
        self, as_user: Callable[..., Any], make_account: Callable[..., str], database: Database
    ) -> None:
        path, administrator = f"{ACCOUNTS}/{make_account()}", as_user()
        changes = {"roles": ["subdistrict_officer"], "divisions": ["331002001"], "name": "林二"}
        answer = administrator.patch(path, json=changes, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
        assert events(database, "identity.staff_changed.v1")[-1]["data"]["divisions"] == ["331002001"]

    def test_needs_the_version_that_was_read(
        self, as_user: Callable[..., Any], make_account: Callable[..., str]
    ) -> None:
        path, administrator = f"{ACCOUNTS}/{make_account()}", as_user()
        answers = [
            administrator.patch(path, json={"skills": ["gas"]}, headers=headers)
            for headers in ({}, {"If-Match": '"7"'})
        ]
        assert [answer.status_code for answer in answers] == [428, 412]

    def test_refuses_the_own_account(self, as_user: Callable[..., Any]) -> None:
        administrator = as_user()
        own = administrator.get("/api/v1/identity/me").json["id"]
        answer = administrator.post(f"{ACCOUNTS}/{own}/disable")
        assert (answer.status_code, answer.json["code"]) == (422, "own_account")

    def test_knows_no_stranger(self, as_user: Callable[..., Any]) -> None:
        answer = as_user().get(f"{ACCOUNTS}/0192f0a0-0000-7000-8000-000000000000")
        assert (answer.status_code, answer.json["code"]) == (404, "account_not_found")


class TestLeaving:
    def test_denies_the_token_and_the_session_at_once(
        self, as_user: Callable[..., Any], sign_in: Callable[..., Any], make_account: Callable[..., str], app
    ) -> None:
        leaver_id, leaver, session = make_account(), as_user("lin"), sign_in("lin").json["refresh_token"]
        answer = as_user().post(f"{ACCOUNTS}/{leaver_id}/disable")
        assert (answer.status_code, answer.json["is_enabled"]) == (200, False)
        assert leaver.get("/api/v1/identity/me").json["code"] == "account_denied"
        assert sign_in("lin").status_code == 401
        assert app.test_client().post("/api/v1/auth/refresh", json={"refresh_token": session}).status_code == 401

    def test_is_told_to_the_others_and_so_is_the_return(
        self, as_user: Callable[..., Any], make_account: Callable[..., str], database: Database
    ) -> None:
        path, administrator = f"{ACCOUNTS}/{make_account()}", as_user()
        for verb in ("disable", "enable"):
            administrator.post(f"{path}/{verb}")
        told = events(database, "identity.account_disabled.v1")
        assert [(each["data"]["is_denied"], each["sequence"]) for each in told] == [(True, "2"), (False, "3")]

    def test_is_told_again_to_a_service_that_asks(
        self, as_user: Callable[..., Any], make_account: Callable[..., str], database: Database
    ) -> None:
        gone = make_account()
        as_user().post(f"{ACCOUNTS}/{gone}/disable")
        with database.reading() as session:
            told = current_denials(session, None, 10)
        assert [(one.event.subject, one.event.is_denied, one.sequence) for one in told] == [(gone, True, 2)]

    def test_lets_somebody_who_came_back_sign_in(
        self, as_user: Callable[..., Any], make_account: Callable[..., str]
    ) -> None:
        path, administrator = f"{ACCOUNTS}/{make_account()}", as_user()
        for verb in ("disable", "enable"):
            administrator.post(f"{path}/{verb}")
        assert as_user("lin").get("/api/v1/identity/me").status_code == 200

    def test_is_told_once_however_often_it_is_said(
        self, as_user: Callable[..., Any], make_account: Callable[..., str], database: Database
    ) -> None:
        path, administrator = f"{ACCOUNTS}/{make_account()}", as_user()
        answers = [administrator.post(f"{path}/{verb}") for verb in ("disable", "disable", "enable", "enable")]
        assert [answer.json["is_enabled"] for answer in answers] == [False, False, True, True]
        assert len(events(database, "identity.account_disabled.v1")) == 2

    def test_needs_an_account(self, as_user: Callable[..., Any]) -> None:
        answer = as_user().post(f"{ACCOUNTS}/0192f0a0-0000-7000-8000-000000000000/disable")
        assert (answer.status_code, answer.json["code"]) == (404, "account_not_found")


class TestPasswords:
    def test_that_were_reset_must_be_changed_first(
        self, as_user: Callable[..., Any], make_account: Callable[..., str]
    ) -> None:
        path = f"{ACCOUNTS}/{make_account(roles=('administrator',), divisions=['331002'])}/reset-password"
        generated = as_user().post(path, json={}).json["generated_password"]
        user = as_user("lin", generated)
        assert user.get(ACCOUNTS).json["code"] == "action_not_allowed"
        change = {"current": generated, "new": "another harbour 2"}
        assert user.post("/api/v1/identity/me/password", json=change).status_code == 204
        assert as_user("lin", "another harbour 2").get(ACCOUNTS).status_code == 200

    def test_end_the_sessions_of_the_old_one(
        self, as_user: Callable[..., Any], sign_in: Callable[..., Any], make_account: Callable[..., str], app
    ) -> None:
        account_id, session = make_account(), sign_in("lin").json["refresh_token"]
        as_user().post(f"{ACCOUNTS}/{account_id}/reset-password", json={"password": "another harbour 2"})
        assert app.test_client().post("/api/v1/auth/refresh", json={"refresh_token": session}).status_code == 401

    @pytest.mark.parametrize(
        ("current", "new", "code"),
        [
            ("wrong", "another harbour 2", "sign_in_refused"),
            (PASSWORD, PASSWORD, "password_too_weak"),
            (PASSWORD, "12345678", "password_too_weak"),
        ],
    )
    def test_are_changed_only_by_who_knows_the_present_one(
        self, as_user: Callable[..., Any], make_account: Callable[..., str], current: str, new: str, code: str
    ) -> None:
        make_account()
        body = {"current": current, "new": new}
        assert as_user("lin").post("/api/v1/identity/me/password", json=body).json["code"] == code

    def test_and_names_are_stored_unreadable(self, make_account: Callable[..., str], database: Database) -> None:
        make_account()
        with database.reading() as session:
            row = session.execute(select(account).where(account.c.username == "lin")).one()
        assert row.password_hash.startswith("$argon2id$")
        assert "林" not in str(tuple(row))


class TestListing:
    def test_names_the_enterprise_of_its_people(
        self, as_user: Callable[..., Any], make_account: Callable[..., str], database: Database
    ) -> None:
        named = {"enterprise_id": FIRM, "name": "甲机械厂", "uscc": "", "division": "", "grid": "", "sequence": 1}
        with database.transaction() as session:
            session.execute(insert(known_enterprise).values(**named, is_active=True))
        account_id = make_account(roles=("enterprise_administrator",), enterprise_id=FIRM)

        make_account("wuwu", roles=("enterprise_administrator",), enterprise_id="not an id")

        items = as_user().get(ACCOUNTS).json["items"]

        names = {one["username"]: one["enterprise_name"] for one in items}
        assert names == {"admin": "", "lin": "甲机械厂", "wuwu": ""}
        assert as_user().get(f"{ACCOUNTS}/{account_id}").json["enterprise_name"] == "甲机械厂"
        assert as_user("lin").get("/api/v1/identity/me").json["enterprise_name"] == "甲机械厂"

    def test_masks_names(self, as_user: Callable[..., Any], make_account: Callable[..., str]) -> None:
        make_account()
        items = as_user().get(ACCOUNTS, query_string={"username": "li"}).json["items"]
        assert [(item["username"], item["name"]) for item in items] == [("lin", "林*")]

    def test_unmasks_for_a_reason_that_is_written_down(
        self, as_user: Callable[..., Any], make_account: Callable[..., str], database: Database
    ) -> None:
        path = f"{ACCOUNTS}/{make_account()}/unmask"
        answer = as_user().post(path, json={"reason": "call back"})
        assert answer.json == {"name": "林一", "licence_number": ""}
        with database.reading() as session:
            last = session.execute(select(audit_entry).order_by(audit_entry.c.id.desc())).first()
        assert (last.action, last.details["reason"]) == ("personal_data:read", "call back")

    def test_shows_the_roles_with_their_actions(self, as_user: Callable[..., Any]) -> None:
        items = as_user().get("/api/v1/identity/roles").json["items"]
        assert {"id": "auditor", "actions": ["audit:read"]}.items() <= next(
            item for item in items if item["id"] == "auditor"
        ).items()
