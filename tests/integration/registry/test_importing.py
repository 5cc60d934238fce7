"""A register file of any system becomes enterprises, row by row."""

import random
import tracemalloc
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from services.registry import worker
from services.registry.domain import credit_code
from services.registry.domain.drafts import REASONS, Draft
from services.registry.domain.register_file import RegisterFile
from services.registry.domain.rulebook import rulebook
from services.registry.use_cases import importing
from services.registry.use_cases.importing import ImportOrder, start_import
from shared.database import Database
from shared.database.chassis import stored_chunk, stored_upload
from shared.declarations import Declarations, JobHandler
from shared.sheets import FileUnreadable
from shared.work.jobs import run_step
from tests.integration.registry.conftest import BASE, counts, downloaded, enterprises_and_events, send
from tests.unit.registry.registers import HEADER, broken_workbook, code_of, csv_bytes, csv_text, row_of

Load = Callable[..., Mapping[str, Any]]


def text(*rows: list[str]) -> bytes:
    return csv_text(rows).encode()


class TestGoodFile:
    def test_registers_every_row_with_its_event(self, load: Load, database: Database) -> None:
        progress = load(csv_bytes(2500))

        assert (counts(progress), enterprises_and_events(database)) == (
            ("completed", 2500, 2500, 0, 0, 0),
            (2500, 2500),
        )

    def test_changes_nothing_the_second_time(self, load: Load, database: Database) -> None:
        load(csv_bytes(20))

        assert counts(load(csv_bytes(20))) == ("completed", 20, 0, 20, 0, 0)
        assert enterprises_and_events(database) == (20, 20)

    def test_writes_only_what_changed(self, load: Load, database: Database) -> None:
        load(text(row_of(1), row_of(2)))

        assert counts(load(text(row_of(1), row_of(2, 注册地址="椒江区三甲街道样例路")))) == ("completed", 2, 1, 1, 0, 0)
        assert enterprises_and_events(database) == (2, 3)

    def test_of_another_writing_but_the_same_content_changes_nothing(self, load: Load, database: Database) -> None:
        load(text(row_of(1)))

        assert counts(load(text(row_of(1, 企业名称=f" {row_of(1)[0]} ")))) == ("completed", 1, 0, 1, 0, 0)
        assert enterprises_and_events(database) == (1, 1)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
    def test_may_have_any_encoding(self, load: Load, encoding: str) -> None:
        assert counts(load(csv_bytes(10, encoding=encoding))) == ("completed", 10, 10, 0, 0, 0)

    def test_may_be_a_workbook_with_a_title(self, load: Load) -> None:
        book, out = openpyxl.Workbook(), BytesIO()
        for row in (["企业名册"], [], HEADER, row_of(1), row_of(2)):
            book.active.append(row)
        book.save(out)

        assert counts(load(out.getvalue())) == ("completed", 2, 2, 0, 0, 0)

    def test_may_be_tried_dry(self, load: Load, database: Database) -> None:
        assert counts(load(csv_bytes(10), dry_run="true")) == ("completed", 10, 10, 0, 0, 0)
        assert enterprises_and_events(database) == (0, 0)

    def test_reports_a_code_kept_in_another_writing(self, load: Load) -> None:
        progress = load(text(row_of(1, 统一社会信用代码=code_of(1).lower().replace("9", "９", 1))))

        assert (counts(progress), progress["corrections"][0]["after"]) == (("completed", 1, 1, 0, 1, 0), code_of(1))


class TestManyFiles:
    def test_are_imported_side_by_side(self, bureau: FlaskClient, run_jobs: Callable[[], None]) -> None:
        sent = [send(bureau, csv_bytes(1050 + number), dry_run="true").get_json()["id"] for number in range(3)]

        run_jobs()

        ends = [counts(bureau.get(f"{BASE}/imports/{each}").get_json()) for each in sent]
        assert ends == [("completed", rows, rows, 0, 0, 0) for rows in (1050, 1051, 1052)]


class TestBadRows:
    @pytest.mark.parametrize(
        ("row", "field", "code"),
        [
            (row_of(5, 统一社会信用代码="913300007046762870"), "统一社会信用代码", "code_check_digit"),
            (row_of(5, 统一社会信用代码="12345"), "统一社会信用代码", "code_format"),
            (row_of(5, 统一社会信用代码="9.13310E+17"), "统一社会信用代码", "code_destroyed"),
            (row_of(5, 统一社会信用代码="N/A"), "统一社会信用代码", "code_missing"),
            (row_of(5, 企业名称=" "), "企业名称", "name_missing"),
            (row_of(5, 企业名称="长" * 201), "企业名称", "text_too_long"),
            (row_of(5, 注册日期="soon"), "注册日期", "date_unreadable"),
            (row_of(5)[:-1], "", "column_count"),
            ([*row_of(5), "more"], "", "column_count"),
            (row_of(5, 注册地址="\ufffd"), "", "unreadable_characters"),
            (row_of(1, 注册地址="elsewhere"), "统一社会信用代码", "code_repeated"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_are_named_and_stop_nobody(self, load: Load, row: list[str], field: str, code: str) -> None:
        progress = load(text(row_of(1), row, row_of(2)))
        error = progress["errors"][0]

        assert counts(progress) == ("completed", 3, 2, 0, 0, 1)
        assert (error["row"], error["field"], error["code"]) == (3, field, code)

    def test_that_repeat_a_row_are_unchanged(self, load: Load) -> None:
        assert counts(load(text(row_of(1), row_of(1)))) == ("completed", 2, 1, 1, 0, 0)

    def test_are_found_again_across_steps(self, load: Load) -> None:
        rows = [row_of(number) for number in range(1500)]

        assert counts(load(text(*rows, row_of(0, 企业名称="其他")))) == ("completed", 1501, 1500, 0, 0, 1)

    def test_can_be_downloaded_without_acting_as_formulas(self, load: Load, bureau: FlaskClient) -> None:
        progress = load(text(row_of(1, 统一社会信用代码="=HYPERLINK(1)")))

        answer = downloaded(bureau, f"imports/{progress['id']}/errors.csv").decode()

        assert answer.splitlines()[:1] == ["\ufeffrow,field,value,reason,code"]
        assert "2,统一社会信用代码,'=HYPERLINK(1)," in answer


class TestBadFile:
    @pytest.mark.parametrize(
        ("content", "code"),
        [(b"\n", "columns_missing"), (b"a,b\n1,2\n", "columns_missing"), (b"PK\x03\x04x", "file_damaged")],
    )
    def test_fails_with_a_reason(self, load: Load, content: bytes, code: str) -> None:
        progress = load(content)

        assert (progress["state"], progress["problem"]["code"]) == ("failed", code)

    def test_that_breaks_off_keeps_the_rows_before(self, load: Load, database: Database) -> None:
        progress = load(broken_workbook(30))

        assert (progress["state"], progress["problem"]["code"]) == ("failed", "file_damaged")
        assert (progress["rows"], progress["accepted"], enterprises_and_events(database)) == (30, 30, (30, 30))

    def test_with_only_a_header_is_complete(self, load: Load) -> None:
        assert counts(load(text())) == ("completed", 0, 0, 0, 0, 0)

    def test_that_is_empty_is_refused_at_once(self, bureau: FlaskClient) -> None:
        assert send(bureau, b"").get_json()["code"] == "file_empty"

    def test_of_more_than_200_mb_is_refused_with_advice(self, database: Database, tmp_path: Path) -> None:
        with (tmp_path / "large.csv").open("wb+") as file, database.transaction() as session:
            file.truncate(importing.LARGEST_FILE + 1)

            with pytest.raises(importing.FileTooLarge, match="split it by rows"):
                start_import(session, file, order=ImportOrder(actor=""), now=datetime.now(UTC))

    def test_of_somebody_without_the_whole_district_is_refused(self, subdistrict: FlaskClient) -> None:
        assert send(subdistrict, csv_bytes(1)).status_code == 403


class TestPreview:
    def test_shows_columns_rows_and_errors(self, bureau: FlaskClient, database: Database) -> None:
        answer = send(bureau, text(row_of(1), row_of(2, 企业名称="")), path="imports/preview").get_json()

        assert (answer["columns"]["recognised"]["uscc"], answer["rows_read"], answer["rows_refused"]) == (
            "统一社会信用代码",
            2,
            1,
        )
        assert enterprises_and_events(database) == (0, 0)

    def test_of_a_part_leaves_out_the_row_that_may_be_cut(self, bureau: FlaskClient) -> None:
        part = text(row_of(1), row_of(2)).decode()[:-15].encode()

        answer = send(bureau, part, path="imports/preview", is_part="true").get_json()

        assert (answer["rows_read"], answer["rows_refused"], len(answer["first_rows"])) == (1, 0, 1)

    def test_tells_why_a_file_cannot_be_read(self, bureau: FlaskClient) -> None:
        answer = send(bureau, b"a,b\n1,2\n", path="imports/preview")

        assert (answer.status_code, answer.get_json()["facts"]["reason"]) == (422, "columns_missing")


class Killed(BaseException):
    """Stands in for SIGKILL: nothing of the program may catch it."""


class TestCrash:
    @pytest.mark.parametrize("deadly_step", [0, 1, 2, 3])
    def test_loses_and_doubles_nothing(self, database: Database, deadly_step: int) -> None:
        with database.transaction() as session:
            stream = BytesIO(csv_bytes(2500))
            start_import(session, stream, order=ImportOrder(actor=""), now=datetime.now(UTC))
        step_number = iter(range(100))

        def dying_step(session: Any, job: Any, *, now: datetime) -> Any:
            result = importing.import_step(session, job, now=now)
            if next(step_number) == deadly_step:
                raise Killed
            return result

        dying = Declarations("registry", jobs={importing.JOB: JobHandler(importing.JOB, dying_step)})
        with pytest.raises(Killed):
            run_all(database, dying)
        run_all(database, worker.declarations())

        assert enterprises_and_events(database) == (2500, 2500)


def run_all(database: Database, declarations: Declarations) -> None:
    while run_step(database, declarations, now=datetime.now(UTC)):
        pass


class TestMemory:
    def test_stays_flat_however_long_the_file(self) -> None:
        content = BytesIO(csv_bytes(50_000))
        tracemalloc.start()
        file = RegisterFile(content, rulebook())  # type: ignore[arg-type]
        while file.take(1000):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert (file.consumed, peak < 12 << 20) == (50_001, True)


class TestMutatedFiles:
    @seed(331002)
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.integers(0, 2**32))
    def test_become_drafts_with_a_valid_code_or_reasons_that_are_explained(self, chance: int) -> None:
        try:
            file = RegisterFile(BytesIO(mutated(random.Random(chance))), rulebook())  # type: ignore[arg-type]
        except FileUnreadable:
            return  # a header that nobody can read refuses the file as a whole
        results = [file.drafts.read(row) for row in file.take(1000)]

        codes = [one.key for one in results if isinstance(one, Draft)]
        reasons = [{problem.code for problem in one} for one in results if not isinstance(one, Draft)]
        assert [code for code in codes if credit_code.check(code).problem] == []
        assert [found for found in reasons if not found or found - REASONS.keys()] == []


def mutated(chance: random.Random) -> bytes:
    """Return a small register with some bytes replaced, doubled or cut out."""
    content = bytearray(csv_bytes(20, encoding=chance.choice(["utf-8", "gb18030", "utf-16"])))
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(content))
        piece = chance.choice(
            [b'"', b"\n", b",", b"\x00", b"\xff", b"=", b"PK\x03\x04", b"", bytes(content[place : place + 40])]
        )
        content[place : place + chance.choice([0, 1, 2, 200])] = piece
    return bytes(content)


class TestGivenUp:
    def test_import_says_so_and_leaves_no_file_behind(self, bureau: FlaskClient, database: Database) -> None:
        import_id = send(bureau, csv_bytes(20)).get_json()["id"]
        with database.transaction() as session:
            session.execute(delete(stored_chunk))  # a piece of the file is gone: no step can read it

        moments = iter(datetime.now(UTC) + timedelta(hours=number) for number in range(20))
        while run_step(database, worker.declarations(), now=next(moments)):
            pass

        progress = bureau.get(f"{BASE}/imports/{import_id}").get_json()
        with database.reading() as session:
            left = [session.scalar(select(func.count()).select_from(one)) for one in (stored_upload, stored_chunk)]
        assert (progress["state"], left) == ("failed", [0, 0])
