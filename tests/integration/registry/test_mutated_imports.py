"""Damaged files of every kind go through the whole import: each row is answered, nothing is lost, memory stays flat.

A small fixed sample for every run of the tests; `SISE_FULL_VOLUME=1` imports 1,000 files of each kind (quality.md, R6).
"""

import os
import random
import resource
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from services.registry.domain.forms import ALL_REASONS, KINDS
from services.registry.domain.register_file import RegisterFile
from services.registry.domain.rulebook import rulebook
from services.registry.tables import import_error
from shared.database import Database
from shared.database.chassis import stored_chunk, stored_upload
from shared.sheets import FileUnreadable, xlsx_file
from tests.integration.registry import test_other_imports as others
from tests.integration.registry.conftest import BASE, send
from tests.unit.registry.registers import HEADER, code_of, csv_text, row_of

officer, take = others.officer, others.take
FILES = 1_000 if "SISE_FULL_VOLUME" in os.environ else 6
ROWS_OF_A_FILE = 6
MOST_GROWTH = 64 << 10  # KiB of memory between the first fifth of the files and the last
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
PIECES = (b'"', b"\n", b",", b"\x00", b"\xff", b"=", b"PK\x03\x04", b"", b"=cmd|'/c calc'!A1", b"<x/>", b"\r\n\r\n")
STRANGE = ("", "N/A", "=1+1", "\u3000", "９１", "a" * 5000, "2026-13-45", "-1", "﻿", "😀", "'", "1e309")


class Told(NamedTuple):
    """How an import ended."""

    state: str
    rows: int
    answered: int
    problem: str


def table(kind: str, chance: random.Random) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a list of `kind`, some of them equal, some with strange cells."""
    header = list(HEADER) if kind == "enterprises" else list(others.ROWS[kind])
    rows = []
    for number in range(ROWS_OF_A_FILE):
        row = row_of(chance.randrange(40)) if kind == "enterprises" else list(others.ROWS[kind].values())
        if kind != "enterprises" and chance.random() < 0.5:
            row[0] = code_of(chance.randrange(40)) if kind in ("persons", "intermediaries") else f"{row[0]}-{number}"
        if chance.random() < 0.3:
            row[chance.randrange(len(row))] = chance.choice(STRANGE)
        rows.append(row)
    if chance.random() < 0.2:
        place = chance.randrange(len(header))
        header[place] = chance.choice(["别的列", "", header[0]])
    return header, rows


def mutated(kind: str, chance: random.Random) -> bytes:
    """Return a damaged file: another encoding or a workbook, bytes replaced, doubled or cut out, the end missing."""
    header, rows = table(kind, chance)
    if chance.random() < 0.25:
        with xlsx_file(header, rows) as file:
            content = bytearray(file.read())
    else:
        content = bytearray(csv_text(rows, header).encode(chance.choice(ENCODINGS), "replace"))
    for _ in range(chance.choice([0, 0, 1, 2, 6])):
        place = chance.randrange(len(content) or 1)
        content[place : place + chance.choice([0, 1, 2, 200])] = chance.choice(PIECES)
    if len(content) > 1 and chance.random() < 0.1:
        del content[chance.randrange(1, len(content)) :]
    return bytes(content) or b"\n"


def rows_in(content: bytes, kind: str) -> int:
    """Return how many rows the file has up to its end, or to the place where it breaks off."""
    read = 0
    with suppress(FileUnreadable):
        file = RegisterFile(BytesIO(content), rulebook(), kind=kind)  # type: ignore[arg-type]
        while rows := file.take(1_000):
            read += len(rows)
    return read


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", KINDS)
class TestThousandFiles:
    def test_are_answered_row_by_row(
        self,
        officer: FlaskClient,
        take: Callable[..., Any],
        run_jobs: Callable[[], None],
        database: Database,
        record_property: Callable[[str, object], None],
        kind: str,
    ) -> None:
        take("grids", others.listed("grids"))
        chance = random.Random(f"331002 {kind}")
        lost, sizes = [], []
        for number in range(FILES):
            content = mutated(kind, chance)
            told = self.imported(officer, run_jobs, kind=kind, content=content)
            if told.state == "completed" and not told.rows == told.answered == rows_in(content, kind):
                lost.append((number, told, rows_in(content, kind)))
            if told.rows != told.answered:
                lost.append((number, told, told.rows))
            sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

        growth = sizes[-1] - sizes[FILES // 5]
        record_property("files", FILES)
        record_property("memory_growth_kib", growth)
        assert (lost, growth < MOST_GROWTH) == ([], True)
        self.check_reasons(database)

    @staticmethod
    def imported(client: FlaskClient, run_jobs: Callable[[], None], *, kind: str, content: bytes) -> Told:
        answer = send(client, content, kind=kind)
        assert answer.status_code == 202, answer.text
        run_jobs()
        progress = client.get(f"{BASE}/imports/{answer.get_json()['id']}").get_json()
        answered = sum(progress[name] for name in ("accepted", "unchanged", "refused"))
        return Told(progress["state"], progress["rows"], answered, str(progress.get("problem")))

    @staticmethod
    def check_reasons(database: Database) -> None:
        """Every refusal has a reason that is explained, and no upload is left behind."""
        with database.reading() as session:
            codes = set(session.scalars(select(import_error.c.code).distinct()))
            left = [session.scalar(select(func.count()).select_from(one)) for one in (stored_upload, stored_chunk)]
        assert (codes - ALL_REASONS.keys(), left) == (set(), [0, 0])
