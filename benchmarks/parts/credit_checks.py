"""P7: agencies ask credit about one code, about a thousand at once, and many of them at the same time.

Each check is a request to the application of credit (token, grant, answer, signature, receipt, audit entry, commit) on
PostgreSQL, without sockets and gateway. Afterwards the trail has to hold each check once, and its chain to be unbroken.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import orjson
from sqlalchemy import func, select, text

from benchmarks.applications import Application, application, environment_of
from benchmarks.register import credit_code
from benchmarks.results import Report
from benchmarks.setting import Setting, quantile, say
from services.credit.tables import check_receipt
from shared.database import Database
from shared.database.chassis import audit_entry
from shared.security.chain import link_entries, verify
from shared.security.keys import secret_of

KNOWN, ONE_IN = 190_000, 100  # enterprises of a city, one in so many is on the list
SINGLE, BATCHES, AT_ONCE, THREADS = 2_000, 50, 10_000, 4
CODES = 1_000
ONE_LONGEST, MANY_LONGEST = 20, 150  # milliseconds
TOLD = ["uscc", "name", "hit", "lists", "measures", "answers", "purpose", "answered_at", "receipt_id", "signature"]
CHECKS, PURPOSE = "/api/v1/credit/checks", "FIN"
DECISION = {"number": "椒应急列〔2026〕1号"}
LISTINGS = f"""
INSERT INTO listing_case (id, enterprise_id, version, told, state, is_open, condition, penalty_id, penalty, accidents,
                          facts, basis, proposed_by, proposed_at, statement, decision, decided_on, decided_by,
                          system_number, listing_id, listed_on, managed_until, published_at, removal, removal_number,
                          is_system_updated)
SELECT gen_random_uuid(), enterprise_id, 10, 1, 'active', true, 'BL-7-1', gen_random_uuid(), '{{}}', '[]',
       '事实', '依据', 'officer', now(), '', :decision ::jsonb, current_date - 30, 'leader', 'X', gen_random_uuid(),
       current_date - 30, current_date + 1000, now(), '', '', false
FROM enterprise WHERE sequence % {ONE_IN} = 0"""


def measure(setting: Setting) -> Report:
    """Return how long checks take, and whether each of them is written down and proven (PostgreSQL)."""
    report, known = Report("P7"), setting.size(KNOWN)
    with setting.postgresql() as server:
        environment = environment_of(setting, "credit", server.create_database("credit"))
        app = application("credit", environment)
        codes = _fill(app.database, known)
        say(f"P7 {setting.size(AT_ONCE):,} checks of {known:,} enterprises")
        some = [codes[number * 7919 % known] for number in range(setting.size(AT_ONCE))]
        ones = [_ask_one(app, code) for code in some[: setting.size(SINGLE)]]
        report.at_most(f"p99 of {len(ones):,} single checks", quantile(ones, 0.99), ONE_LONGEST, unit=" ms")
        batches = [_ask_many(app, codes[start * CODES % known :][:CODES]) for start in range(setting.size(BATCHES))]
        report.at_most(f"p95 of {len(batches)} checks of {CODES:,} codes", quantile(batches, 0.95), MANY_LONGEST,
                       unit=" ms")  # fmt: skip
        began = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as pool:
            beside = list(pool.map(lambda code: _ask_one(app, code), some))
        rate = len(beside) / (time.perf_counter() - began)
        report.notes.append(
            f"{len(beside):,} checks, {THREADS} at once: {rate:.0f}/s, p99 {quantile(beside, 0.99):.1f} ms."
        )
        report.notes.append(
            f"single: middle {quantile(ones, 0.5):.1f} ms; a thousand: {quantile(batches, 0.5):.0f} ms."
        )
        _prove(report, app, asked=len(ones) + len(batches) + len(beside))
        app.database.close()
    return report


def _fill(database: Database, count: int) -> list[str]:
    codes = [credit_code("91", number) for number in range(count)]
    rows = [{"n": number, "code": code} for number, code in enumerate(codes)]
    wanted = text(
        "INSERT INTO enterprise (enterprise_id, sequence, uscc, name, division, subdistrict, grid, industry, address, "
        "is_active) VALUES (gen_random_uuid(), :n, :code, '企业' || :n, '331002001', '331002001', '', 'C26', '', true)"
    )
    with database.transaction() as session:
        session.execute(wanted, rows)
        session.execute(text(LISTINGS), {"decision": orjson.dumps(DECISION).decode()})
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    return codes


def _asked(app: Application, method: str, address: str, *, expected: int, body: object = None) -> float:
    """Ask as a bank and return the milliseconds; raises ``RuntimeError`` for an answer that is none."""
    grant = {"purposes": [PURPOSE], "divisions": ["331002"], "fields": TOLD}
    claims = {"sub": "bank", "client_id": "bank", "roles": ["agency"], "actions": ["check:read"]}
    send = app.asked_by(claims | {"grants": {"check:read": grant}})
    began = time.perf_counter()
    answer = send(method, address, json=body)
    taken = (time.perf_counter() - began) * 1000
    answers = (answer.json or {}).get("answers", [answer.json])
    if answer.status_code != 200 or len(answers) != expected or "signature" not in (answer.json or {}):
        raise RuntimeError(f"{address} was answered with {answer.status_code}: {answer.text[:500]}")
    return taken


def _ask_one(app: Application, code: str) -> float:
    return _asked(app, "GET", f"{CHECKS}/{code}?purpose={PURPOSE}", expected=1)


def _ask_many(app: Application, codes: list[str]) -> float:
    return _asked(app, "POST", CHECKS, expected=len(codes), body={"codes": codes, "purpose": PURPOSE})


def _prove(report: Report, app: Application, *, asked: int) -> None:
    """Count receipts and audit entries of checks, link the trail and walk it from its beginning."""
    with app.database.reading() as session:
        secret = secret_of(session)
        kept = session.scalar(select(func.count()).select_from(check_receipt)) or 0
        is_check = audit_entry.c.entity.startswith("check:")
        written = session.scalar(select(func.count(func.distinct(audit_entry.c.entity))).where(is_check)) or 0
    report.at_most(f"of {asked:,} checks without a receipt", abs(asked - kept), 0, unit="")
    report.at_most(f"of {asked:,} checks without an audit entry of their own", abs(asked - written), 0, unit="")
    while _link(app.database):
        pass
    verdict = verify(app.database, secret)
    report.at_most("audit entries that do not fit their chain", verdict.unlinked + (not verdict.is_valid), 0, unit="")


def _link(database: Database) -> int:
    with database.transaction() as session:
        return link_entries(session)
