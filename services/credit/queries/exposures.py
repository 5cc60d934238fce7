"""Public exposures within the caller's area, and what the public reads of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.credit.domain.exposures import PUBLISHED, SUSPENDED, Exposure, allowed_exposure_steps
from services.credit.domain.penalties import without_persons
from services.credit.queries.enterprises import called, in_area
from services.credit.rules.exposures import exposure_rules
from services.credit.tables import enterprise, exposure, exposure_objection, exposure_step
from shared.database.bulk import among
from shared.errors import NotFound
from shared.machines import Step
from shared.security.principal import Principal

Document = dict[str, Any]
COLUMNS = {  # of the public file, with what each one means
    "name": ("企业名称", "Name of the enterprise"),
    "uscc": ("统一社会信用代码", "Unified social credit code"),
    "kind_zh": ("曝光类型", "Kind of the exposure"),
    "title": ("标题", "Title"),
    "content": ("内容", "Content"),
    "basis": ("依据", "Basis"),
    "published_on": ("公布日期", "Public since"),
    "shown_until": ("公布截止期", "Public until"),
    "objections": ("企业异议和答复", "Objections and replies"),
}
SOURCE = "安全生产法 第七十八条"
# What the enterprise itself sees of the bureau's decisions: not what was only proposed.
KNOWN_TO_ALL = (PUBLISHED, SUSPENDED, "expired", "withdrawn")


class ExposureNotFound(NotFound):
    code = "exposure_not_found"


def exposures(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the exposures of the area; an enterprise sees what was decided about it."""
    joined = exposure.join(enterprise, enterprise.c.enterprise_id == exposure.c.enterprise_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    division = given.pop("division", None)
    conditions = [enterprise.c.division.startswith(division, autoescape=True)] if division else []
    conditions += [exposure.c[name] == value for name, value in given.items()]
    if principal.enterprise_id:
        conditions.append(exposure.c.state.in_(KNOWN_TO_ALL))
    columns = (exposure, enterprise.c.name, enterprise.c.uscc, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def visible_exposure(session: Session, principal: Principal, exposure_id: str) -> Row[Any]:
    """Return one exposure; raises ``ExposureNotFound`` outside the area."""
    row = session.execute(exposures(principal, wanted={"id": exposure_id})).one_or_none()
    if row is None:
        raise ExposureNotFound("There is no such exposure in your area.")
    return row


def exposure_view(row: Row[Any], *, asked: Step) -> Document:
    """Return an exposure with the words of its state and kind, and the steps that who ``asked`` may take."""
    rules = exposure_rules()
    state, kind = rules.machine.states[row.state], rules.kinds[row.kind]
    allowed = allowed_exposure_steps(rules, Exposure(row.state, row.proposed_by), asked=asked)
    words = {"state_zh": state.zh, "state_en": state.en, "kind_zh": kind.zh, "kind_en": kind.en}
    return {**row._asdict(), **words, "allowed": allowed}


def exposure_steps(session: Session, exposure_id: str) -> Sequence[Row[Any]]:
    """Return what happened to an exposure, the first step first."""
    wanted = select(exposure_step).where(exposure_step.c.exposure_id == exposure_id)
    return session.execute(wanted.order_by(exposure_step.c.version)).all()


def objections(session: Session, exposure_ids: Sequence[str]) -> Mapping[str, list[Row[Any]]]:
    """Return the objections to each of these exposures with the replies, the first one first."""
    columns = exposure_objection.c
    wanted = select(exposure_objection).where(among(session, columns.exposure_id, exposure_ids)).order_by(columns.id)
    found: dict[str, list[Row[Any]]] = {one: [] for one in exposure_ids}
    for row in session.execute(wanted):
        found[row.exposure_id].append(row)
    return found


def public_exposures(*, today: date, q: str = "") -> Select[Any]:
    """Return the statement that reads what is exposed today, by name or code of the enterprise.

    What is over is not shown any more, also when the clock has not come to it yet.
    """
    columns = enterprise.c
    joined = exposure.join(enterprise, columns.enterprise_id == exposure.c.enterprise_id)
    shown = (exposure.c.is_shown, exposure.c.shown_until >= today)
    return select(exposure, columns.name, columns.uscc).select_from(joined).where(*shown, *called(q))


def public_entries(session: Session, rows: Sequence[Row[Any]]) -> list[Document]:
    """Return exposures as the public reads them, the objections and replies beside each; nobody is named."""
    beside, kinds = objections(session, [row.id for row in rows]), exposure_rules().kinds
    return [
        {
            **row._asdict(),
            **{name: without_persons(getattr(row, name)) for name in ("title", "content", "basis")},
            "kind_zh": kinds[row.kind].zh,
            "kind_en": kinds[row.kind].en,
            "objections": [_said_in_public(one) for one in beside[row.id]],
        }
        for row in rows
    ]


def _said_in_public(row: Row[Any]) -> Document:
    said = {name: without_persons(getattr(row, name)) for name in ("statement", "reply")}
    return {**said, "made_at": row.made_at, "replied_at": row.replied_at}


def public_rows(session: Session, *, today: date) -> Iterator[list[str]]:
    """Return the rows of the public file, in the order of ``COLUMNS``, the newest first."""
    rows = session.execute(public_exposures(today=today).order_by(exposure.c.id.desc())).all()
    for entry in public_entries(session, rows):
        beside = "; ".join(
            f"异议：{one['statement']}" + (f" 答复：{one['reply']}" if one["reply"] else "")
            for one in entry["objections"]
        )
        yield [str({**entry, "objections": beside}[name]) for name in COLUMNS]
