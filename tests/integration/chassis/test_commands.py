"""The command `sise` in a home where nothing runs: what it does, what it says, how it ends."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, func, select

from services.gateway.tables import enterprise_view, map_counter
from shared.cli import main
from shared.contracts.envelope import decode
from shared.database import connect
from shared.events import parked
from shared.ids import new_id
from tests.support.events import logged, registered


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with migrated databases, to be copied."""
    home = tmp_path_factory.mktemp("migrated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SISE_HOME", str(home))
        assert sise("migrate", "all").exit_code == 0
    return home


@pytest.fixture
def home(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home of its own, known to every command of the test."""
    home = shutil.copytree(migrated, tmp_path / "home")
    monkeypatch.setenv("SISE_HOME", str(home))
    return home


def sise(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def put_aside(home: Path, body: bytes = b"") -> str:
    """Put an event aside at the gateway, one that it can handle by now or `body`, and return its id."""
    known = logged(registered(enterprise_id=new_id())).body
    event = None if body else decode(orjson.loads(known))
    database = connect(f"sqlite:///{home / 'gateway.db'}")
    with database.transaction() as session:
        parked.park(session, body or known, "not yet understood", event=event, now=datetime.now(UTC))
    with database.reading() as session:
        (only,) = parked.list_parked(session, limit=None)
    database.close()
    return only.id


def counts(home: Path) -> int:
    """Return how many enterprises the gateway knows."""
    database = connect(f"sqlite:///{home / 'gateway.db'}")
    with database.reading() as session:
        known = session.scalar(select(func.count()).select_from(enterprise_view))
    database.close()
    return int(known or 0)


class TestParked:
    def test_events_are_listed_for_people_and_programs(self, home: Path) -> None:
        empty, parked_id = sise("parked", "list"), put_aside(home)
        for_people, for_programs = sise("parked", "list"), sise("parked", "list", "--service", "gateway", "--json")

        assert "Nothing is parked." in empty.output
        assert "gateway" in for_people.output
        (row,) = json.loads(for_programs.output)
        assert (row["service"], row["id"], row["type"]) == ("gateway", parked_id, "registry.enterprise_registered.v1")

    def test_events_are_shown_with_body_and_error(self, home: Path) -> None:
        shown = sise("parked", "show", "gateway", put_aside(home)).output

        assert "error: not yet understood" in shown
        assert '"specversion":"1.0"' in shown

    @pytest.mark.parametrize("which", ["id", "--all", "--type"])
    def test_events_are_handled_again(self, home: Path, which: str) -> None:
        parked_id = put_aside(home)
        choice = {"id": [parked_id], "--all": ["--all"], "--type": ["--type", "registry.enterprise_registered.v1"]}

        done = sise("parked", "replay", "gateway", *choice[which], "--json")

        assert (done.exit_code, json.loads(done.output), counts(home)) == (0, {"replayed": 1, "failed": 0}, 1)

    def test_events_that_are_refused_again_stay_and_are_told(self, home: Path) -> None:
        parked_id = put_aside(home, b"no event")

        done = sise("parked", "replay", "gateway", parked_id)

        assert (done.exit_code, "failed: 1" in done.output) == (1, True)
        assert parked_id in sise("parked", "list", "--json").output

    def test_events_are_given_up_only_after_a_yes(self, home: Path) -> None:
        parked_id = put_aside(home)

        without = sise("parked", "drop", "gateway", parked_id)
        done = sise("parked", "drop", "gateway", parked_id, "--yes")

        assert (without.exit_code, done.exit_code, f"dropped: {parked_id}" in done.output) == (1, 0, True)
        assert sise("parked", "list", "--json").output == "[]\n"


class TestState:
    def test_is_asked_of_all_producers_or_of_one(self, home: Path) -> None:
        everybody = json.loads(sise("events", "resync", "gateway", "--json").output)["asked_for"]
        risk_only = json.loads(sise("events", "resync", "gateway", "--source", "risk", "--json").output)["asked_for"]

        assert risk_only == [name for name in everybody if name.startswith("risk.")] != everybody

    def test_that_nobody_has_sent_yet_is_pending(self, home: Path) -> None:
        sise("events", "resync", "gateway")

        compared = sise("events", "reconcile", "--wait", "0", "--json")

        assert (compared.exit_code, json.loads(compared.output)["pending"] > 0) == (1, True)


class TestFigures:
    def test_that_differ_from_their_rows_are_told_and_mended(self, home: Path) -> None:
        put_aside(home)
        sise("parked", "replay", "gateway", "--all")
        database = connect(f"sqlite:///{home / 'gateway.db'}")
        with database.transaction() as session:
            session.execute(delete(map_counter))
        database.close()

        looks = [sise("events", "reconcile", "--wait", "0", *more, "--json") for more in ([], ["--repair"], [])]

        told, mended, after = (json.loads(one.output)["wrong_figures"] for one in looks)
        assert (looks[0].exit_code, told > 0, mended, after) == (1, True, told, 0)

    def test_are_told_in_words(self, home: Path) -> None:
        said = [sise("events", "reconcile", "--wait", "0", *more).output for more in ([], ["--repair"])]

        assert ["0 wrong figures" in said[0], "0 figures mended" in said[1]] == [True, True]


class TestAdministrator:
    def test_gets_a_password_that_is_printed_once(self, home: Path) -> None:
        first, second = sise("administrator"), sise("administrator")

        assert "Sign in as admin with the password" in first.output
        assert (second.exit_code, "password" in second.output) == (0, False)


class TestClock:
    def test_stands_where_real_work_is_done(self, home: Path) -> None:
        done = sise("clock", "advance", "30d")

        assert (done.exit_code, "only in a home made for demonstration or test" in done.output) == (1, True)

    def test_moves_in_a_home_made_for_it(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SISE_DEMO", "1")

        done = sise("clock", "advance", "1d12h", "--json")

        assert json.loads(done.output)["offset_seconds"] == 129_600


class TestDocuments:
    @pytest.mark.parametrize(
        ("service", "path"),
        [("risk", "/api/v1/risk/grades/{enterprise_id}"), ("gateway", "/api/v1/enterprises/{enterprise_id}/file")],
    )
    def test_of_an_api_are_all_that_is_printed(self, home: Path, service: str, *, path: str) -> None:
        document = json.loads(sise("openapi", service).output)

        assert (document["openapi"], path in document["paths"]) == ("3.1.0", True)


class TestRefusals:
    @pytest.mark.parametrize(
        ("command", "status", "advice"),
        [
            ("parked list --service nowhere", 1, "There is no service nowhere: "),
            ("migrate nowhere", 1, "There is no service nowhere: "),
            ("parked show gateway x", 1, "There is no such parked event."),
            ("parked replay gateway x", 1, "it may have been replayed already"),
            ("parked replay gateway", 2, "Name a parked event, or say --type or --all."),
            ("clock advance soon", 2, "write it like 30d"),
            ("import pyproject.toml --password x", 1, "start it with `sise run`"),
            ("import pyproject.toml --password x --url http://127.0.0.1:9", 1, "Is it running?"),
            ("no-such-command", 2, "No such command"),
        ],
    )
    def test_say_what_to_do(self, home: Path, command: str, status: int, advice: str) -> None:
        done = sise(*command.split())

        assert (done.exit_code, advice in done.output) == (status, True), done.output

    @pytest.mark.parametrize("command", ["events reconcile", "parked list", "audit verify"])
    def test_say_that_nothing_is_prepared_yet(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
    ) -> None:
        monkeypatch.setenv("SISE_HOME", str(tmp_path / "new"))

        done = sise(*command.split())

        assert (done.exit_code, done.output.count("\n")) == (1, 1), done.output
        assert "Run `sise migrate`, or start the system with `sise run`." in done.output

    def test_say_that_the_database_does_not_answer(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SISE_DATABASE_URL_REGISTRY", "postgresql+psycopg://sise:x@127.0.0.1:9/registry")

        done = sise("parked", "list", "--service", "registry")

        assert (done.exit_code, done.output.count("\n")) == (1, 1), done.output
        assert "The database does not answer. Start it" in done.output

    @pytest.mark.parametrize(("setting", "value"), [("SISE_SECRET_KEY", "short"), ("SISE_KEEP_INBOX_DAYS", "0")])
    def test_name_the_setting_that_is_wrong(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
    ) -> None:
        monkeypatch.setenv(setting, value)

        done = sise("parked", "list")

        assert (done.exit_code, setting in done.output) == (1, True)
