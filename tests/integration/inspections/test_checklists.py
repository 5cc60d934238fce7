"""Versions of checklists: drafted, changed, published for ever, retired; tasks keep the version they began with."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.inspections.domain.schedules import Period
from services.inspections.queries.checklists import checklist_in_force
from services.inspections.use_cases.checklists import (
    BeginsInThePast,
    amend_checklist,
    choose_checklists,
    draft_checklist,
    publish_checklist,
    retire_checklist,
)
from services.inspections.use_cases.tasks import NewTask, make_task
from shared.clock import business_date
from shared.database import Database
from tests.integration.inspections.conftest import INSPECTIONS, Caller, known_enterprise, photo_of
from tests.support.racing import meanwhile
from tests.unit.inspections.builders import all_normal, default_list

CHECKLISTS = f"{INSPECTIONS}/checklists"
VERSIONS = f"{CHECKLISTS}/versions"
TASKS = f"{INSPECTIONS}/tasks"
RULES = [
    {"checklist": "DUST", "prefixes": [""], "tiers": [3, 4], "features": ["metal_dust"]},
    {"checklist": "GENERAL", "prefixes": [""], "tiers": [], "features": []},
]


@pytest.fixture
def editor(caller: Caller) -> FlaskClient:
    return caller("administrator")


def sent(client: FlaskClient, method: str, path: str, body: Any = None, *, version: Any = None, code: int = 200) -> Any:
    """Send something as the version that was read and return the answer, which has this status."""
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    answer = client.open(path, method=method, json=body, headers=headers)
    assert answer.status_code == code, answer.text
    return answer.json


def first_version(client: FlaskClient, checklist: str) -> dict[str, Any]:
    [head] = client.get(f"{VERSIONS}?checklist={checklist}").json["items"]
    return dict(head)


def draft_of(client: FlaskClient, checklist: str) -> dict[str, Any]:
    origin = first_version(client, checklist)["id"]
    return dict(sent(client, "POST", VERSIONS, {"based_on": origin, "note": "年度修订"}, code=201))


def amended(client: FlaskClient, draft: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Change the first item of a draft and return its new version."""
    draft["content"]["section"][0]["item"][0].update(changes)
    body = {"content": draft["content"], "note": "改一项"}
    return dict(sent(client, "PUT", f"{VERSIONS}/{draft['id']}", body, version=draft["revision"]))


def published(client: FlaskClient, draft: Mapping[str, Any], **body: Any) -> dict[str, Any]:
    return dict(sent(client, "POST", f"{VERSIONS}/{draft['id']}/publish", body, version=draft["revision"]))


def begun(client: FlaskClient, enterprise_id: str, checklist: str = "FIRE-SMALL") -> dict[str, Any]:
    body = {"enterprise_id": enterprise_id, "checklist": checklist}
    task = sent(client, "POST", TASKS, body, code=201)
    return dict(sent(client, "POST", f"{TASKS}/{task['id']}/steps", {"event": "check_in"}))


class TestDefaultSet:
    def test_is_version_one_of_each_list(self, editor: FlaskClient) -> None:
        heads = editor.get(VERSIONS).json["items"]
        assert sorted((one["checklist"], one["number"], one["standing"]) for one in heads) == sorted(
            (name, 1, "in_force") for name in ("GENERAL", "CHEMICALS", "CONFINED", "DUST", "AMMONIA", "FIRE-SMALL")
        )

    def test_is_read_as_the_tables_have_it(self, database: Database) -> None:
        with database.reading() as session:
            read = [checklist_in_force(session, name, at=datetime.now(UTC)) for name in ("GENERAL", "DUST")]
        assert read == [default_list("GENERAL"), default_list("DUST")]

    def test_is_open_to_everybody(self, caller: Caller) -> None:
        items = caller("enterprise_user").get(CHECKLISTS).json["items"]
        assert [one["id"] for one in items][:2] == ["GENERAL", "CHEMICALS"]
        assert items[0]["sections"][0]["items"][0]["photo"] == "fault"


class TestVersion:
    def test_that_is_published_counts_for_new_tasks_and_the_old_ones_keep_theirs(
        self, editor: FlaskClient, caller: Caller, enterprise_id: str
    ) -> None:
        """Wish 7: a changed list without a restart; a check answered with the older version is accepted."""
        worker = caller("grid_worker")
        old = begun(worker, enterprise_id)
        draft = amended(editor, draft_of(editor, "FIRE-SMALL"), weight=9, zh="改过的一项")

        made = published(editor, draft)

        new = begun(worker, enterprise_id)
        assert (made["standing"], old["checklist_version"], new["checklist_version"]) == ("in_force", 1, 2)
        body = {"answers": all_normal(default_list("FIRE-SMALL")), "signed": True}
        record = sent(worker, "POST", f"{TASKS}/{old['id']}/submit", body, code=201)
        assert record["checklist_version"] == 1
        shown = worker.get(f"{CHECKLISTS}/FIRE-SMALL?version=1").json["sections"][0]["items"][0]
        assert (shown["zh"], shown["weight"]) == ("生产、储存、经营场所内住人", 0)
        assert worker.get(f"{CHECKLISTS}/FIRE-SMALL").json["sections"][0]["items"][0]["zh"] == "改过的一项"
        assert [one["standing"] for one in editor.get(f"{VERSIONS}?checklist=FIRE-SMALL").json["items"]] == [
            "in_force",
            "superseded",
        ]

    def test_that_begins_later_waits_and_can_be_given_up(self, editor: FlaskClient, database: Database) -> None:
        later = datetime.now(UTC) + timedelta(days=2)
        coming = published(editor, draft_of(editor, "DUST"), effective_from=later.isoformat())
        with database.reading() as session:
            numbers = [checklist_in_force(session, "DUST", at=later + timedelta(days=one)).version for one in (-1, 1)]
        assert (coming["standing"], numbers) == ("coming", [1, 2])

        assert sent(editor, "POST", f"{VERSIONS}/{coming['id']}/discard")["standing"] == "discarded"

    def test_that_was_to_come_never_does_after_a_newer_one(self, editor: FlaskClient) -> None:
        later = datetime.now(UTC) + timedelta(days=2)
        waiting = published(editor, draft_of(editor, "DUST"), effective_from=later.isoformat())
        body = {"based_on": waiting["id"]}
        published(editor, sent(editor, "POST", VERSIONS, body, code=201))
        standings = [one["standing"] for one in editor.get(f"{VERSIONS}?checklist=DUST").json["items"]]
        assert standings == ["in_force", "superseded", "superseded"]

    def test_cannot_begin_in_the_past(self, editor: FlaskClient, database: Database) -> None:
        draft, now = draft_of(editor, "DUST"), datetime.now(UTC)
        with database.transaction() as session, pytest.raises(BeginsInThePast):
            publish_checklist(session, draft["id"], effective_from=now - timedelta(hours=1), by="a", now=now)

    @pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("POST", "/publish"), ("POST", "/discard")])
    def test_that_is_published_never_changes(self, editor: FlaskClient, method: str, path: str) -> None:
        one = editor.get(f"{VERSIONS}/{first_version(editor, 'AMMONIA')['id']}").json
        body = {"": {"content": one["content"]}, "/publish": {}}.get(path)
        refused = sent(editor, method, f"{VERSIONS}/{one['id']}{path}", body, version=1, code=409)
        assert refused["code"] == "not_a_checklist_draft"

    def test_is_told_apart_from_the_one_before(self, editor: FlaskClient) -> None:
        draft = amended(editor, draft_of(editor, "GENERAL"), weight=5)
        expected = {"kind": "changed", "part": "item", "id": "GI-01", "field": "weight", "before": "2", "after": "5"}
        assert editor.get(f"{VERSIONS}/{draft['id']}/changes").json["items"] == [expected]

    def test_is_compared_only_within_its_list(self, editor: FlaskClient) -> None:
        one, other = (first_version(editor, name)["id"] for name in ("GENERAL", "DUST"))
        assert editor.get(f"{VERSIONS}/{one}/changes?against={other}").status_code == 404
        assert editor.get(f"{VERSIONS}/{one}/changes").status_code == 404
        assert editor.get(f"{VERSIONS}/{one}/changes?against={one}").json["items"] == []

    def test_that_is_unknown_is_not_found(self, editor: FlaskClient) -> None:
        assert editor.get(f"{CHECKLISTS}/FIRE-SMALL?version=7").json["code"] == "checklist_unknown"
        assert editor.get(f"{VERSIONS}/{'0' * 8}-0000-4000-8000-{'0' * 12}").status_code == 404


class TestDraft:
    def test_is_one_at_a_time(self, editor: FlaskClient) -> None:
        draft_of(editor, "DUST")
        body = {"based_on": editor.get(f"{VERSIONS}?checklist=DUST").json["items"][1]["id"]}
        assert sent(editor, "POST", VERSIONS, body, code=409)["code"] == "checklist_draft_exists"

    def test_is_given_up(self, editor: FlaskClient) -> None:
        draft = draft_of(editor, "DUST")
        assert sent(editor, "POST", f"{VERSIONS}/{draft['id']}/discard")["standing"] == "discarded"
        assert draft_of_number(editor, "DUST") == 3

    def test_begins_a_list_of_its_own(self, editor: FlaskClient) -> None:
        body = {"id": "SCHOOL", "zh": "学校检查表", "en": "Schools"}
        draft = sent(editor, "POST", VERSIONS, body, code=201)
        assert {one["code"] for one in draft["problems"]} == {"no_items", "source_missing"}
        assert sent(editor, "POST", VERSIONS, body, code=409)["code"] == "checklist_id_taken"

    def test_with_problems_is_kept_but_not_published(self, editor: FlaskClient) -> None:
        draft = amended(editor, draft_of(editor, "DUST"), clause="", major="GM-99-99")
        assert [(one["where"], one["code"]) for one in draft["problems"]] == [
            ("DU-01", "clause_missing"),
            ("DU-01", "major_unknown"),
        ]
        path = f"{VERSIONS}/{draft['id']}/publish"
        assert sent(editor, "POST", path, {}, version=draft["revision"], code=422)["code"] == "checklist_unusable"

    @pytest.mark.parametrize(("version", "status"), [(None, 428), (7, 412)])
    def test_is_not_overwritten_unseen(self, editor: FlaskClient, version: int | None, status: int) -> None:
        draft = draft_of(editor, "DUST")
        body = {"content": draft["content"]}
        refused = sent(editor, "PUT", f"{VERSIONS}/{draft['id']}", body, version=version, code=status)
        assert refused["code"].startswith("version_")

    @pytest.mark.parametrize(
        "change",
        [
            lambda content: content["section"][0]["item"][0].update(weight=-1),
            lambda content: content["section"][0]["item"][0].update(zh="换\n行"),
            lambda content: content["section"][0]["item"][0].update(id="有空格 "),
            lambda content: content["set"].append(content["set"][0]),
            lambda content: content["set"][0]["responses"].append(content["set"][0]["responses"][0]),
            lambda content: content["section"][0].update(item=content["section"][0]["item"] * 31),
            lambda content: content.update(more=1),
        ],
    )
    def test_is_refused_with_the_field(self, editor: FlaskClient, change: Any) -> None:
        draft = draft_of(editor, "DUST")
        change(draft["content"])
        refused = sent(editor, "PUT", f"{VERSIONS}/{draft['id']}", {"content": draft["content"]}, version=1, code=422)
        assert refused["errors"][0]["field"].startswith("content")

    @pytest.mark.parametrize("body", [{}, {"id": "NEW"}, {"id": "NEW", "zh": "新", "en": "n", "based_on": "0" * 32}])
    def test_has_one_origin(self, editor: FlaskClient, body: dict[str, str]) -> None:
        assert sent(editor, "POST", VERSIONS, body, code=422)["code"] == "invalid_fields"


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
class TestTwoAtTheSameMoment:
    """The second one waits for the first and is refused; on SQLite one writes after the other anyway."""

    def test_do_not_overwrite_each_other(self, editor: FlaskClient, database: Database) -> None:
        draft = draft_of(editor, "DUST")
        body = {"content": draft["content"], "note": "第二位"}
        second = meanwhile(
            database,
            lambda session: amend_checklist(session, draft["id"], **body, by="first", now=datetime.now(UTC)),
            second=lambda: sent(editor, "PUT", f"{VERSIONS}/{draft['id']}", body, version=1, code=412),
        )
        assert second["code"] == "version_changed"

    def test_do_not_begin_two_drafts(self, editor: FlaskClient, database: Database) -> None:
        origin = first_version(editor, "DUST")["id"]
        meanwhile(
            database,
            lambda session: draft_checklist(session, origin, note="", by="first", now=datetime.now(UTC)),
            second=lambda: sent(editor, "POST", VERSIONS, {"based_on": origin}, code=409),
        )
        assert [one["number"] for one in editor.get(f"{VERSIONS}?checklist=DUST").json["items"]] == [2, 1]

    def test_do_not_choose_what_is_retired(self, editor: FlaskClient, database: Database) -> None:
        head = first_version(editor, "DUST")["id"]
        refused = meanwhile(
            database,
            lambda session: retire_checklist(session, head, now=datetime.now(UTC)),
            second=lambda: sent(editor, "PUT", f"{CHECKLISTS}/choices", {"rules": RULES}, version=0, code=422),
        )
        assert refused["code"] == "choices_unusable"

    def test_do_not_retire_what_is_chosen(self, editor: FlaskClient, database: Database) -> None:
        head, chosen = first_version(editor, "DUST")["id"], {"note": "", "by": "first", "now": datetime.now(UTC)}
        refused = meanwhile(
            database,
            lambda session: choose_checklists(session, RULES, instead_of=0, **chosen),
            second=lambda: sent(editor, "POST", f"{VERSIONS}/{head}/retire", code=409),
        )
        assert refused["code"] == "checklist_in_use"


def draft_of_number(client: FlaskClient, checklist: str) -> int:
    origin = client.get(f"{VERSIONS}?checklist={checklist}").json["items"][-1]["id"]
    return int(sent(client, "POST", VERSIONS, {"based_on": origin}, code=201)["number"])


class TestRetired:
    def test_begins_no_task_any_more(self, editor: FlaskClient, caller: Caller, enterprise_id: str) -> None:
        worker, head = caller("grid_worker"), first_version(editor, "AMMONIA")
        task = begun(worker, enterprise_id, "AMMONIA")

        assert sent(editor, "POST", f"{VERSIONS}/{head['id']}/retire")["standing"] == "retired"

        body = {"enterprise_id": enterprise_id, "checklist": "AMMONIA"}
        assert sent(worker, "POST", TASKS, body, code=422)["code"] == "checklist_unknown"
        answers = {"answers": all_normal(default_list("AMMONIA")), "signed": True}
        sent(worker, "POST", f"{TASKS}/{task['id']}/submit", answers, code=201)
        assert sent(editor, "POST", f"{VERSIONS}/{head['id']}/retire", code=409)["code"] == "checklist_not_in_force"

    def test_is_no_list_that_tasks_get(self, editor: FlaskClient) -> None:
        path = f"{VERSIONS}/{first_version(editor, 'GENERAL')['id']}/retire"
        assert sent(editor, "POST", path, code=409)["code"] == "checklist_in_use"


class TestPhotos:
    def test_are_asked_for_as_the_version_says(self, editor: FlaskClient, caller: Caller, enterprise_id: str) -> None:
        published(editor, amended(editor, draft_of(editor, "DUST"), photo="always"))
        worker = caller("grid_worker")
        path = f"{TASKS}/{begun(worker, enterprise_id, 'DUST')['id']}/submit"
        body = {"answers": all_normal(default_list("DUST")), "signed": True}
        assert sent(worker, "POST", path, body, code=422)["facts"] == {"missing": ["DU-01"]}

        record = sent(worker, "POST", path, body | {"photos": {"DU-01": [photo_of(worker, enterprise_id)]}}, code=201)

        assert (record["checklist_version"], record["hazards"]) == (2, {})


class TestChoices:
    def test_are_the_releases_until_somebody_decides(self, editor: FlaskClient) -> None:
        shown = editor.get(f"{CHECKLISTS}/choices").json
        assert (shown["version"], [one["checklist"] for one in shown["rules"]]) == (0, ["CHEMICALS", "GENERAL"])

    def test_go_by_tier_and_feature(self, editor: FlaskClient, database: Database) -> None:
        decided = sent(editor, "PUT", f"{CHECKLISTS}/choices", {"rules": RULES}, version=0)
        one = known_enterprise(database, features={"metal_dust": {"value": "yes"}, "coating": {"value": "no"}})
        now = datetime.now(UTC)
        period = Period(business_date(now), business_date(now))
        with database.transaction() as session:
            for tier in (1, 3):
                make_task(session, NewTask(one, tier, "self_check", period), now=now)

        lists = {row["tier"]: row["checklist"] for row in editor.get(TASKS).json["items"]}
        assert (decided["version"], lists) == (1, {1: "GENERAL", 3: "DUST"})
        sent(editor, "PUT", f"{CHECKLISTS}/choices", {"rules": RULES[1:]}, version=0, code=412)
        assert sent(editor, "PUT", f"{CHECKLISTS}/choices", {"rules": RULES[1:]}, version=1)["version"] == 2

    def test_that_cannot_be_followed_are_refused(self, editor: FlaskClient) -> None:
        refused = sent(editor, "PUT", f"{CHECKLISTS}/choices", {"rules": RULES[:1]}, version=0, code=422)
        assert refused["code"] == "choices_unusable"
