"""What an officer attests of an enterprise for its credit grade, because no other service knows it (§5.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.credit.domain.violations import Named
from shared.errors import Conflict
from shared.machines import NotAllowed, require


class AttestedAlready(Conflict):
    code = "attested_already"


class AttestationEnded(Conflict):
    code = "attestation_ended"


@dataclass(frozen=True, slots=True)
class AttestedKind:
    """Whether it ``lasts`` up to a day, ``counts`` persons, and ``needs_level``: a standardisation to be about."""

    words: Named
    group: str
    lasts: bool
    counts: bool
    needs_level: bool


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a ``document`` shows of an enterprise: ``since`` a day, ``until`` a last one, or on that day only.

    ``title`` is how an honour is called, ``persons`` how many it is about.
    """

    enterprise_id: str
    kind: str
    document: str
    since: date
    until: date | None = None
    title: str = ""
    persons: int = 1


def check_attestation(kind: AttestedKind, told: Attestation, *, has_level: bool, today: date) -> None:
    """Raise ``NotAllowed`` for what cannot be, or is not the kind of thing that ``kind`` is."""
    require(told.since <= today, NotAllowed("since_ahead", "This day has not come yet.", field="since"))
    require(
        (told.until is not None) == kind.lasts,
        NotAllowed(
            "until_unsuitable", "Name the last day of what lasts, and none of what happened once.", field="until"
        ),
    )
    is_order = told.until is None or told.until >= told.since
    require(is_order, NotAllowed("until_before_since", "The last day lies before the first one.", field="until"))
    sentence = "This is about so many persons only where the table says so."
    require(kind.counts or told.persons == 1, NotAllowed("persons_unsuitable", sentence, field="persons"))
    sentence = "No confirmed standardisation level is known of this enterprise: it owes no self-evaluation."
    require(has_level or not kind.needs_level, NotAllowed("not_standardised", sentence, field="kind"))


def check_not_doubled(told: Attestation, known: Iterable[tuple[date, date | None]]) -> None:
    """Raise ``AttestedAlready`` when one of the same kind holds in the same time, or happened in the same year."""
    for since, until in known:
        if until is None or told.until is None:
            is_doubled = since.year == told.since.year
        else:
            is_doubled = since <= told.until and told.since <= until
        if is_doubled:
            raise AttestedAlready("This is recorded for that time already: end it first.", field="since")
