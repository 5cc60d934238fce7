"""A district whose loop has run for years: enterprises, tasks with their records, and hazards, made by the database.

Everything is made by statements over whole tables, so that a million records take a minute. Who looks at it is made
here too: one of each kind of jurisdiction, each time for another place.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.inspections.rules import default_checklists
from services.inspections.use_cases.assessments import advance_month, begin_month
from services.inspections.use_cases.tallies import sum_up
from shared.database import Database

DISTRICT = "331002"
SUBDISTRICTS, GRIDS = 12, 20  # grids of one subdistrict
CHECKS_OF_ONE, ONE_IN = 50, 5  # checks of an enterprise; one check in five finds a hazard
NOW, DAYS_OF_JUNE = datetime(2026, 6, 30, 2, tzinfo=UTC), 30
COMPUTED, RUNNING = "2026-05", "2026-06"  # months of the assessment: closed by its clock, and still open
STAFF = 400
LOOKS_AT = ["hazard:read", "task:read", "check:read", "ranking:read"]

ENTERPRISES = f"""
INSERT INTO enterprise (enterprise_id, sequence, name, division, subdistrict, grid, industry, location_precision,
                        supervision, is_active)
SELECT ('00000001-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1, '企业' || n,
       '{DISTRICT}' || lpad((1 + n % {SUBDISTRICTS})::text, 3, '0') || lpad((1 + n % 7)::text, 3, '0'),
       '{DISTRICT}' || lpad((1 + n % {SUBDISTRICTS})::text, 3, '0'),
       'G-' || (1 + n % {SUBDISTRICTS}) || '-' || (1 + (n / {SUBDISTRICTS}) % {GRIDS}),
       'C' || (13 + n % 30), 'exact', 'supervised', true
FROM generate_series(0, :count - 1) AS n"""
STANDINGS = "INSERT INTO standing SELECT enterprise_id, 1, 1 + (random() * 3)::int FROM enterprise"
# What becomes of a row is drawn by a hash of its number, so that it has nothing to do with where its enterprise lies.
TASKS = """
INSERT INTO task (id, enterprise_id, tier, origin, key, cause, first_day, last_day, state, is_open, version, told,
                  owner, rung, climbed, checklist, checklist_version, due_at, is_overdue, submitted_at)
SELECT ('00000002-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       ('00000001-0000-7000-8000-' || lpad(to_hex(n % :enterprises), 12, '0'))::uuid,
       CASE WHEN lot % 10 < 7 THEN 1 WHEN lot % 10 = 7 THEN 2 WHEN lot % 10 = 8 THEN 3 ELSE 4 END, 'self_check',
       n::text, '', day::date, day::date + 29, CASE WHEN lot % 50 = 0 THEN 'assigned' ELSE 'submitted' END,
       lot % 50 = 0, 3, 2,
       CASE WHEN lot % 1000 = 0 THEN 'tier:3@331002001' ELSE 'account-' || lot % :staff END, 'grid', 0, :checklist, 1,
       day + interval '30 days', lot % 250 = 0, CASE WHEN lot % 50 = 0 THEN NULL ELSE day + interval '9 days' END
FROM (SELECT n, abs(hashint8(n)) AS lot, :since ::timestamptz + n * :apart ::interval AS day
      FROM generate_series(0, :count - 1) AS n) AS made"""
RECORDS = """
INSERT INTO check_record (id, task_id, enterprise_id, tier, checklist, checklist_version, answers, meanings, notes,
                          score_hundredths, hazards, refuted, by, at)
SELECT ('00000003' || substr(id::text, 9))::uuid, id, enterprise_id, tier, checklist, 1, :answers ::jsonb,
       :meanings ::jsonb, '{}'::jsonb, 9500, '{}'::jsonb, '[]'::jsonb, owner, coalesce(submitted_at, due_at)
FROM task"""
HAZARDS = """
INSERT INTO hazard (id, enterprise_id, version, told, state, is_open, level, item, clause, description, place, found_by,
                    found_tier, found_at, reported_at, is_reported_late, submitted_by, again, is_overdue, was_halted,
                    deadline, closed_on)
SELECT ('00000004' || substr(id::text, 9))::uuid, enterprise_id, 5, 5,
       CASE WHEN lot % 20 > 0 THEN 'closed' WHEN lot % 40 = 0 THEN 'rectifying' ELSE 'overdue' END, lot % 20 = 0,
       CASE WHEN lot % 60 = 0 THEN 'major' ELSE 'general' END, '', '条款', '不符合：防护罩缺失', '车间', by, tier, at,
       at, false, '', 0, lot % 40 = 20, false, at::date + 15, CASE WHEN lot % 20 > 0 THEN at::date + 9 END
FROM (SELECT abs(hashtext(id::text)) / :one_in AS lot, *
      FROM check_record WHERE abs(hashtext(id::text)) % :one_in = 0) AS record"""


def fill(database: Database, *, checks: int) -> "Lookers":
    """Write ``checks`` tasks with their records, a hazard for every fifth, over the three years before ``NOW``.

    Who may look at them is returned.
    """
    checklist, years = default_checklists()[0], timedelta(days=3 * 365)
    answers = dict.fromkeys(checklist.items, "ok")
    enterprises = max(checks // CHECKS_OF_ONE, 1)
    values = {
        "checklist": checklist.id, "staff": STAFF, "since": NOW - years, "apart": years / checks,
        "answers": json.dumps(answers), "meanings": json.dumps(dict.fromkeys(answers, "normal")),
        "enterprises": enterprises, "one_in": ONE_IN,
    }  # fmt: skip
    with database.transaction() as session:
        for statement, count in (
            (ENTERPRISES, enterprises),
            (STANDINGS, 0),
            (TASKS, checks),
            (RECORDS, 0),
            (HAZARDS, 0),
        ):
            _write(session, statement, {**values, "count": count})
        sum_up(session, "tallies", now=NOW)
        begin_month(session, now=NOW - timedelta(days=DAYS_OF_JUNE))
        advance_month(session, COMPUTED, now=NOW)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    return Lookers(enterprises, random.Random(11))


def _write(session: Session, statement: str, values: Mapping[str, object]) -> None:
    wanted = text(statement)
    session.execute(wanted, {name: values[name] for name in wanted.compile().params})


@dataclass(frozen=True)
class Lookers:
    """Somebody of each jurisdiction; which place, changes from look to look."""

    KINDS: ClassVar = ("bureau", "subdistrict", "grid", "firm")
    enterprises: int
    chance: random.Random

    def somebody(self, kind: str) -> Mapping[str, object]:
        """Return the claims of somebody: an officer of the district or of a subdistrict, a grid worker, of a firm."""
        subdistrict, grid = self.chance.randint(1, SUBDISTRICTS), self.chance.randint(1, GRIDS)
        area: Mapping[str, Mapping[str, object]] = {
            "bureau": {"divisions": [DISTRICT]},
            "subdistrict": {"divisions": [f"{DISTRICT}{subdistrict:03}"]},
            "grid": {"grids": [f"G-{subdistrict}-{grid}"]},
            "firm": {"enterprise_id": self.enterprise()},
        }
        who = {"sub": f"account-{self.chance.randrange(STAFF)}", "roles": ["officer"], "actions": LOOKS_AT}
        return {**who, **area[kind]}

    def enterprise(self) -> str:
        """Return the id of an enterprise."""
        return f"00000001-0000-7000-8000-{self.chance.randrange(self.enterprises):012x}"
