"""Penalty decisions within the caller's area, and what the public reads of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from services.credit.domain.penalties import NATURAL, SUBJECTS, in_tenthousands, without_persons
from services.credit.domain.publicity import DECIDED, WITHDRAWN, Publicity, allowed_publicity_steps
from services.credit.queries.enterprises import in_area
from services.credit.queries.limits import standing_of
from services.credit.rules.publicity import publicity_rules
from services.credit.tables import enterprise, penalty, penalty_step
from shared.clock import business_date
from shared.errors import NotFound
from shared.machines import Due, Step
from shared.machines.telling import machine_table
from shared.security.personal import mask_identity_card, mask_name, vault_of
from shared.security.principal import Principal

Document = dict[str, Any]
PERSONAL = "penalty.personal"
MASKS = {
    "person": mask_name,
    "person_number": mask_identity_card,
    "representative": mask_name,
    "representative_number": mask_identity_card,
}
SOURCE = "双公示 行政处罚信息"
# The fields of the public record (双公示, credit-and-inspections §8.1): code → column.
PUBLIC_CODES = {
    "CF_XDR_MC": "subject_name",
    "CF_XDR_SHXYM": "subject_code",
    "CF_WSH": "document_number",
    "CF_WFXW": "conduct",
    "CF_SY": "facts",
    "CF_YJ": "basis",
    "CF_NR": "content",
    "CF_NR_ZKDX": "licence",
    "CF_JDRQ": "decided_on",
    "CF_YXQ": "valid_until",
    "CF_GSJZQ": "shown_until",
    "CF_CFJG": "authority",
    "CF_CFJGDM": "authority_code",
    "CF_SJLY": "origin",
    "CF_SJLYDM": "origin_code",
    "BZ": "remark",
}
FREE_TEXTS = ("CF_WFXW", "CF_SY", "CF_YJ", "CF_NR", "CF_NR_ZKDX", "BZ")  # in which an officer may name a person
SUBJECT_WORDS = dict(zip(SUBJECTS, ("法人及非法人组织", "个体工商户", "自然人"), strict=True))
COLUMNS = {  # of the file, with what each one means
    "CF_XDR_MC": ("行政相对人名称", "Name of the subject; of a natural person masked"),
    "CF_XDR_LB": ("行政相对人类别", "Kind of the subject"),
    "CF_XDR_SHXYM": ("统一社会信用代码", "Unified social credit code"),
    "CF_WSH": ("行政处罚决定书文号", "Number of the decision"),
    "CF_WFXW": ("违法行为类型", "Kind of the unlawful conduct"),
    "CF_SY": ("违法事实", "Facts"),
    "CF_YJ": ("处罚依据", "Basis"),
    "CF_CFLB": ("处罚类别", "Kinds of the penalty"),
    "CF_NR": ("处罚内容", "Content of the penalty"),
    "CF_NR_FK": ("罚款金额（万元）", "Fine (10,000 yuan)"),
    "CF_NR_WFFF": ("没收金额（万元）", "Confiscated (10,000 yuan)"),
    "CF_NR_ZKDX": ("暂扣或吊销证照名称及编号", "Licence suspended or revoked"),
    "CF_JDRQ": ("处罚决定日期", "Day of the decision"),
    "CF_YXQ": ("处罚有效期", "Valid until"),
    "CF_GSJZQ": ("公示截止期", "Public until"),
    "CF_CFJG": ("处罚机关", "Authority"),
    "CF_CFJGDM": ("处罚机关代码", "Code of the authority"),
    "CF_SJLY": ("数据来源单位", "Origin of the record"),
    "CF_SJLYDM": ("数据来源单位代码", "Code of the origin"),
    "BZ": ("备注", "Remark"),
    "penalty_class": ("公示类别", "Class of the publication"),
    "published_on": ("公示日期", "Public since"),
}


class PenaltyNotFound(NotFound):
    code = "penalty_not_found"


def penalties(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the penalties of the area; ``wanted`` filters.

    ``awaits``: true for those that are to be published and were warned of; ``year`` is that of the decision. An
    enterprise sees its own, not what was decided against persons who work there.
    """
    joined = penalty.join(enterprise, enterprise.c.enterprise_id == penalty.c.enterprise_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = list(_conditions(given))
    conditions += [penalty.c[name] == value for name, value in given.items()]
    conditions += [penalty.c.subject_kind != NATURAL] if principal.enterprise_id else []
    columns = (penalty, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def _conditions(given: dict[str, Any]) -> Sequence[Any]:
    columns, found = penalty.c, []
    if division := given.pop("division", None):
        found.append(enterprise.c.division.startswith(division, autoescape=True))
    if given.pop("awaits", None):
        found += [columns.state == DECIDED, columns.is_warned]
    if year := given.pop("year", None):
        found.append(columns.decided_on.between(date(year, 1, 1), date(year, 12, 31)))
    return found


def visible_penalty(session: Session, principal: Principal, penalty_id: str) -> Row[Any]:
    """Return one penalty; raises ``PenaltyNotFound`` outside the area."""
    row = session.execute(penalties(principal, wanted={"id": penalty_id})).one_or_none()
    if row is None:
        raise PenaltyNotFound("There is no such penalty in your area.")
    return row


def penalty_view(row: Row[Any], *, asked: Step) -> Document:
    """Return a penalty with the words of its state, class and kinds, and the steps that are possible."""
    rules = publicity_rules()
    state, words = rules.machine.states[row.state], rules.classes[row.penalty_class]
    known = Publicity(row.state, row.penalty_class, row.decided_on, row.settled_on, row.is_warned)
    shown = {name: value for name, value in row._asdict().items() if name != "personal"}
    return shown | {
        "state_zh": state.zh,
        "state_en": state.en,
        "class_zh": words[0],
        "class_en": words[1],
        "kind_words": [{"id": one, "zh": rules.kinds[one].zh, "en": rules.kinds[one].en} for one in row.kinds],
        "publication": standing_of("penalty_publish", row.publish_by, today=asked.today),
        "allowed": allowed_publicity_steps(rules, known, asked=asked),
    }


def penalty_persons(session: Session, row: Row[Any]) -> Document:
    """Return the names and numbers of persons in a decision, masked."""
    personal = _unsealed(session, row)
    return {name: mask(personal.get(name, "")) for name, mask in MASKS.items()}


def _unsealed(session: Session, row: Row[Any]) -> dict[str, str]:
    return dict(orjson.loads(vault_of(session).decrypt(row.personal, field=PERSONAL))) if row.personal else {}


def penalty_steps(session: Session, penalty_id: str) -> Sequence[Row[Any]]:
    """Return what happened to a penalty, the first step first."""
    wanted = select(penalty_step).where(penalty_step.c.penalty_id == penalty_id)
    return session.execute(wanted.order_by(penalty_step.c.version)).all()


def penalty_table() -> Document:
    """Return kinds and classes, the periods of each order, the deadlines and the steps, with their sources."""
    rules = publicity_rules()
    return {
        **machine_table(rules.machine),
        "kinds": list(rules.kinds.values()),
        "classes": [{"id": name, "zh": zh, "en": en} for name, (zh, en) in rules.classes.items()],
        "regimes": [_regime(one) for one in rules.regimes],
        "deadlines": [{"id": name, **_due(due)} for name, due in rules.deadlines.items()],
    }


def _regime(one: Any) -> Document:
    periods = [
        {"penalty_class": name, "publishes": it.publishes, "min_months": it.min_months, "max_months": it.max_months}
        for (regime, name), it in publicity_rules().periods.items()
        if regime == one.id
    ]
    source = {"source": one.source.document, "effective_from": one.source.effective_from, "status": one.source.status}
    return {"id": one.id, "zh": one.zh, "en": one.en, "periods": periods, **source}


def _due(due: Due) -> Document:
    return {"amount": due.amount, "unit": due.unit}


def public_penalties(*, today: date, q: str = "") -> Select[Any]:
    """Return the statement that reads what the public may see today, by name or code of the subject.

    What is over is not shown any more, also when the clock has not come to it yet.
    """
    columns = penalty.c
    found = [or_(columns.subject_name.contains(q, autoescape=True), columns.subject_code == q.upper())] if q else []
    return select(penalty).where(columns.is_shown, columns.shown_until >= today, *found)


def public_view(session: Session, row: Row[Any]) -> Document:
    """Return a published penalty in the fields of the public record; amounts are 万元, no person is recognisable."""
    kinds = "、".join(publicity_rules().kinds[one].zh for one in row.kinds)
    personal = _unsealed(session, row)
    names = [personal[name] for name in ("person", "representative") if name in personal]
    fields = {code: getattr(row, column) for code, column in PUBLIC_CODES.items()}
    return {
        "id": row.id,
        "published_on": row.published_on,
        "penalty_class": row.penalty_class,
        "CF_XDR_LB": SUBJECT_WORDS[row.subject_kind],
        "CF_CFLB": kinds,
        "CF_NR_FK": in_tenthousands(row.fine) if row.fine else "",
        "CF_NR_WFFF": in_tenthousands(row.confiscated) if row.confiscated else "",
        **fields,
        **{code: without_persons(fields[code], names=names) for code in FREE_TEXTS},
    }


def public_rows(session: Session, *, today: date) -> Iterator[list[str]]:
    """Return the rows of the file, in the order of ``COLUMNS``, the newest decision first."""
    columns, classes = penalty.c, publicity_rules().classes
    wanted = public_penalties(today=today).order_by(columns.decided_on.desc(), columns.id.desc())
    for row in session.execute(wanted):
        entry = {**public_view(session, row), "penalty_class": classes[row.penalty_class][0]}
        yield [str(entry[name] or "") for name in COLUMNS]


def withdrawals() -> Select[Any]:
    """Return the statement of penalties that were public and were withdrawn or struck out (行政处罚法 第四十八条)."""
    joined = penalty.join(penalty_step, penalty_step.c.penalty_id == penalty.c.id)
    ended = penalty_step.c.state == WITHDRAWN
    wanted = (penalty.c.state == WITHDRAWN, penalty.c.published_on.is_not(None), ended)
    return select(penalty, penalty_step.c.at).select_from(joined).where(*wanted)


def withdrawal_view(row: Row[Any]) -> Document:
    """Return why a penalty was withdrawn, and nothing of what it had been for; no natural person is named."""
    same = {name: getattr(row, name) for name in ("id", "document_number", "authority", "published_on")}
    subject, why = "" if row.subject_kind == NATURAL else row.subject_name, without_persons(row.explanation)
    return {**same, "subject_name": subject, "explanation": why, "withdrawn_on": business_date(row.at)}
