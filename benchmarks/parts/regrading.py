"""P6: everybody under a new policy: first simulated (computed and compared), then graded anew.

A city's made-up register is given to risk by the handler that takes the register's events; one in fifty enterprises
has declared facts. The policy deducts more for coating, so that some change colour. Simulation and activation run as
in the product, by jobs in steps, each committed with its counters. While everybody is graded anew, fact sheets are
edited by the use case; no edit may be lost, and everybody must end with the grade that is due.
"""

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import func, select, update

from benchmarks.editing import PER_SECOND, editing
from benchmarks.everybody import foretold, verify
from benchmarks.register import register_rows
from benchmarks.results import Report, number
from benchmarks.setting import Setting, quantile, say
from services.registry.domain.rulebook import rulebook as rules_of_registry
from services.risk import use_cases
from services.risk.domain.facts import Known, Origin
from services.risk.domain.policy import Amendment, Part
from services.risk.tables import enterprise, fact_sheet, grade_history
from services.risk.worker import declarations
from shared.contracts.registry import EnterpriseRegistered
from shared.database import Database, connect
from shared.database.chassis import job
from shared.database.migrate import migrate
from shared.ids import new_id
from shared.work.jobs import run_step

ENTERPRISES, BATCH, DECLARED_EVERY = 190_000, 1_000, 50
TARGET = 20_000
NOW = datetime(2026, 3, 1, tzinfo=UTC)
COATING = Amendment("GM-DESIGN", Part.RULE, "G1f", -14)


def measure(setting: Setting) -> Report:
    """Return how many enterprises a second are computed and compared, and what activation writes, on each database."""
    report = Report("P6")
    count = setting.size(ENTERPRISES)
    _measure(report, connect(f"sqlite:///{setting.home}/risk.db"), "SQLite", count=count)
    with setting.postgresql() as server:
        _measure(report, connect(server.create_database("risk")), "PostgreSQL", count=count)
    return report


def _measure(report: Report, database: Database, title: str, *, count: int) -> None:
    migrate(database, "risk")
    _fill(database, count)
    policy_id = _drafted(database)
    with database.transaction() as session:
        use_cases.simulate_policy(session, policy_id, now=NOW)
    simulated, processor = _run(database)
    report.at_least(f"simulation: computed and compared, {title}", count / simulated, TARGET, unit="/s")
    before, told = _count(database, grade_history), foretold(database, policy_id)
    activated = datetime.now(UTC)
    with database.transaction() as session:
        use_cases.activate_policy(session, policy_id, effective_from=None, by="benchmark", now=activated)
    with editing(database, _to_edit(database)) as edits:
        regraded, _ = _run(database)
    written = _count(database, grade_history) - before
    say(f"P6 comparing {count:,} grades with what was foretold")
    verify(database, told, edits, since=activated)
    report.compare(f"activation: {number(count)} compared, {number(written)} written, {title}", f"{regraded:.1f} s")
    waited = [edit.seconds * 1_000 for edit in edits]
    report.compare(
        f"a fact sheet saved meanwhile, p95 of {len(waited)}, {title}", f"{number(quantile(waited, 0.95))} ms"
    )
    report.notes.append(
        f"{title}: simulation {simulated:.1f} s ({processor:.1f} s of processor time here), "
        f"activation {regraded:.1f} s; {number(written)} grades of {number(count)} enterprises written. "
        f"Meanwhile {PER_SECOND} sheets a second were edited: p50 {number(quantile(waited, 0.5))} ms, largest "
        f"{number(max(waited))} ms, none lost; all others have the grade that the simulation counted."
    )
    database.close()


def _fill(database: Database, count: int) -> None:
    say(f"P6 grading {count:,} enterprises for the first time")
    states = _states(count)
    while batch := list(islice(states, BATCH)):
        with database.transaction() as session:
            use_cases.keep_register_state(session, [(state, 1) for state in batch], now=NOW)
        with database.transaction() as session:
            for state in batch[::DECLARED_EVERY]:
                _declare(session, state.enterprise_id)


def _declare(session, enterprise_id: str) -> None:
    facts = {
        "coating": Known("yes", Origin.CONFIRMED),
        "no_safety_staff": Known("yes", Origin.CONFIRMED),
        "headcount": Known(int(enterprise_id[-2:], 16), Origin.CONFIRMED),
    }
    use_cases.declare_facts(session, enterprise_id=enterprise_id, facts=facts, based_on=0, by="benchmark", now=NOW)


def _states(count: int) -> Iterator[EnterpriseRegistered]:
    chance, suggester = random.Random(6), rules_of_registry().suggester
    for name, uscc, *_, scope, _, _, address in register_rows(count):
        suggested = suggester.suggest(name=name, scope=scope, address=address)
        yield EnterpriseRegistered(
            enterprise_id=new_id(),
            uscc=uscc,
            name=name,
            division=f"33100200{chance.randrange(1, 10)}000",
            industry=suggested.industry,
            address=address,
            headcount=chance.choice((None, 3, 12, 40, 150, 400)),
            features={
                feature: {"value": "yes", "origin": "inferred", "words": list(words)}
                for feature, words in suggested.features.items()
            },
        )


def _drafted(database: Database) -> str:
    with database.transaction() as session:
        policy_id = use_cases.draft_policy(session, note="", by="benchmark", now=NOW)
    with database.transaction() as session:
        use_cases.amend_policy(session, policy_id, amendments=[COATING], note="")
    return policy_id


def _run(database: Database) -> tuple[float, float]:
    """Run all jobs as the worker does; return the seconds that they took and those of the processor in this process."""
    declared, began, used = declarations(), time.perf_counter(), time.process_time()
    while run_step(database, declared, now=datetime.now(UTC)):
        pass
    seconds = time.perf_counter() - began, time.process_time() - used
    with database.transaction() as session:
        assert session.scalar(select(func.count()).where(job.c.state != "completed")) == 0
        session.execute(update(job).values(next_attempt_at=NOW))
    return seconds


def _to_edit(database: Database) -> list[tuple[str, int]]:
    """Return enterprises in no order, each with the version of its fact sheet."""
    version = func.coalesce(fact_sheet.c.version, 0)
    wanted = select(enterprise.c.enterprise_id, version).outerjoin_from(
        enterprise, fact_sheet, fact_sheet.c.enterprise_id == enterprise.c.enterprise_id
    )
    with database.reading() as session:
        sheets = list(session.execute(wanted.order_by(enterprise.c.enterprise_id)).tuples())
    random.Random(7).shuffle(sheets)
    return sheets


def _count(database: Database, table) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
