"""What a penalty decision has to say (credit-and-inspections §8.1), its class, and what the public reads of persons."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.credit.domain.limits import Limit
from services.credit.domain.publicity import ALWAYS, DECIDED, Publicity, PublicityRules, SimpleProcedure
from shared.errors import Refused

NATURAL = "natural"
SUBJECTS = ("legal", "individual_business", NATURAL)  # 法人及非法人组织, 个体工商户, 自然人
TENTHOUSAND = 10_000
FIRST_DAY = date(1996, 10, 1)  # 行政处罚法 takes effect: no decision under it is older
YEAR_IN_BRACKETS = re.compile(r"[\[【（〔](\d{4})[\]】）〕]")
NUMBERS_OF_PERSONS = re.compile(
    r"(?<!\d)(?:[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"  # 居民身份证
    r"|1[3-9]\d{9})(?!\d)"  # mobile phones
)
REPAIRS = {"repair_applied": "penalty_accept", "repair_accepted": "penalty_decide"}


class PenaltyRefused(Refused):
    """``field`` is what cannot be as it says; ``reason`` names it for the pages, which say it in their language."""

    code = "penalty_refused"

    def __init__(self, detail: str, *, field: str, **facts: object) -> None:
        super().__init__(detail, field=field, reason=f"penalty.{field}", **facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A penalty decision as it was issued; ``fine`` and ``confiscated`` are yuan.

    ``person`` is who was punished when that is a natural person; ``representative`` the legal representative; the
    numbers of both never leave the vault but masked. ``penalty_class`` empty: the usual one.
    """

    enterprise_id: str
    document_number: str
    conduct: str
    facts: str
    basis: str
    kinds: Sequence[str]
    content: str
    decided_on: date
    authority: str
    violation_id: str | None = None
    subject_kind: str = "legal"
    person: str = ""
    person_number: str = ""
    representative: str = ""
    representative_number: str = ""
    other_codes: Mapping[str, str] = field(default_factory=dict)
    act: str = ""
    fine: int = 0
    confiscated: int = 0
    licence: str = ""
    valid_until: date | None = None
    authority_code: str = ""
    origin: str = ""
    origin_code: str = ""
    remark: str = ""
    is_simple: bool = False
    penalty_class: str = ""
    class_reason: str = ""
    settled_on: date | None = None


def class_of(rules: PublicityRules, decision: Decision) -> str:
    """Return the class of a decision.

    Raises ``PenaltyRefused`` for another than the usual one without a reason, and for what is not decided on the spot.
    """
    _check_simple(rules.simple, decision)
    usual = rules.usual_class(decision.kinds, act=decision.act, is_simple=decision.is_simple)
    if decision.penalty_class in ("", usual):
        return usual
    if not decision.class_reason.strip():
        raise PenaltyRefused("Say why this decision is not of its usual class.", field="class_reason", usual=usual)
    return decision.penalty_class


def as_number(text: str) -> str:
    """Return the number of a document as it is written: without blanks, the year in 〔〕 (GB/T 9704-2012 7.2.5).

    So the same decision is the same also when somebody has typed other brackets.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).replace("(", "（").replace(")", "）")
    return YEAR_IN_BRACKETS.sub(r"〔\1〕", plain)


def _check_simple(simple: SimpleProcedure, decision: Decision) -> None:
    most = simple.most_fine_of_person if decision.subject_kind == NATURAL else simple.most_fine
    is_small = simple.kinds >= set(decision.kinds) and decision.fine <= most
    if decision.is_simple and not is_small:
        sentence = "The simple procedure is for warnings and small fines only: this decision is not one of them."
        raise PenaltyRefused(sentence, field="is_simple", most_fine=most)


def check_decision(decision: Decision, *, today: date) -> None:
    """Raise ``PenaltyRefused`` for a decision that cannot be as it says."""
    problems = {
        "decided_on": ("A decision is not of a day to come, nor older than its law.", _is_no_day(decision, today)),
        "fine": ("A fine has an amount, and an amount is a fine.", ("fine" in decision.kinds) != (decision.fine > 0)),
        "confiscated": ("What was confiscated is a kind of the penalty: name it.", _is_confiscated_unnamed(decision)),
        "valid_until": ("A decision is not over before its day.", _is_over_before(decision)),
        "person": ("A decision against a person names the person.", _lacks_person(decision)),
        "settled_on": ("Obligations are met between the decision and today.", _is_settled_wrongly(decision, today)),
    }
    for name, (sentence, holds) in problems.items():
        if holds:
            raise PenaltyRefused(sentence, field=name)


def limits_of_penalty(
    rules: PublicityRules, publicity: Publicity, *, publish_by: date, due_on: date | None
) -> list[Limit]:
    """Return what is due for a penalty: its publication, or the next step of its repair by ``due_on``."""
    if publicity.state == DECIDED:
        period = rules.period(publicity.penalty_class, decided_on=publicity.decided_on)
        return [Limit("penalty_publish" if period.publishes == ALWAYS else "penalty_ask", publish_by)]
    kind = REPAIRS.get(publicity.state)
    return [Limit(kind, due_on)] if kind and due_on else []


def in_tenthousands(yuan: int) -> str:
    """Return an amount in 万元 as the public record has it: ``3``, ``0.5``, ``0.0001``."""
    whole, rest = divmod(yuan, TENTHOUSAND)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".")


def without_persons(text: str, *, names: Iterable[str] = ()) -> str:
    """Return a text as everybody may read it: of ``names`` the first character, of numbers of persons first and last.

    Numbers are those of identity cards, also within the number of a certificate, and of mobile phones (个人信息保护法
    第二十八条; double publication names no natural person in full).
    """
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, name[:1] + "*" * (len(name) - 1))
    return NUMBERS_OF_PERSONS.sub(lambda found: found[0][0] + "*" * (len(found[0]) - 2) + found[0][-1], text)


def _lacks_person(decision: Decision) -> bool:
    return (decision.subject_kind == NATURAL) != bool(decision.person.strip())


def _is_no_day(decision: Decision, today: date) -> bool:
    return not FIRST_DAY <= decision.decided_on <= today


def _is_confiscated_unnamed(decision: Decision) -> bool:
    return decision.confiscated > 0 and "confiscation" not in decision.kinds


def _is_over_before(decision: Decision) -> bool:
    return decision.valid_until is not None and decision.valid_until < decision.decided_on


def _is_settled_wrongly(decision: Decision, today: date) -> bool:
    settled = decision.settled_on
    return settled is not None and not decision.decided_on <= settled <= today
