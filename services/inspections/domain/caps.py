"""How often the authorities come on site: a yearly cap, one authority only, jointly if several (国办发〔2024〕54号)."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.inspections.domain.plans import PlanRules, cap_of
from shared.machines import NotAllowed, require

REGION_DIGITS = 6  # a county; whoever works for a part of it acts for it


@dataclass(frozen=True, slots=True)
class OnSite:
    """An on-site check of government supervision: why, for which authority (a division, "" unknown), on what basis."""

    cause: str
    authority: str = ""
    basis: str = ""
    id: str = ""
    day: str = ""


def authority_of(divisions: Sequence[str]) -> str:
    """Return for which authority somebody of these divisions acts: the county of the widest of them; "" for none."""
    widest = min((one for one in divisions if one), key=len, default="")
    return widest[:REGION_DIGITS]


def counted(rules: PlanRules, had: Sequence[OnSite]) -> list[OnSite]:
    """Return those checks that the cap bounds; a cause that this release does not know is one of them."""
    free = {one.id for one in rules.causes.values() if not one.is_counted}
    return [one for one in had if one.cause not in free]


def check_room(rules: PlanRules, had: Sequence[OnSite], *, wanted: OnSite, level: int | None, holder: str = "") -> None:
    """Raise ``NotAllowed`` when ``wanted`` would pass the cap, or another authority comes already.

    ``holder`` is the authority in whose plan the enterprise is. ``had`` are the on-site checks of the same year. What a
    complaint, a reading, an order or the enterprise itself caused is counted apart and never refused.
    """
    require(wanted.cause in rules.causes, NotAllowed("unknown_cause", "Say why the check takes place.", field="cause"))
    if not rules.causes[wanted.cause].is_counted:
        return
    found, cap = counted(rules, had), cap_of(rules, level)
    facts = {"checks": [_shown(one) for one in found], "basis": rules.cap_basis}
    others = sorted({holder, *(one.authority for one in found)} - {wanted.authority, ""}) if wanted.authority else []
    sentence = (
        "Another authority inspects this enterprise this year: only one level does. Only a clue justifies a check."
    )
    require(not others, NotAllowed("second_layer", sentence, authorities=others, **facts))
    sentence = f"It has had {len(found)} of at most {cap} on-site checks this year: only a clue justifies another."
    require(len(found) < cap, NotAllowed("cap_reached", sentence, had=len(found), cap=cap, **facts))


def check_basis(rules: PlanRules, wanted: OnSite) -> None:
    """Raise ``NotAllowed`` when a check that is counted apart does not say on what it is based."""
    is_free = wanted.cause in rules.causes and not rules.causes[wanted.cause].is_counted
    sentence = "Name what the check is based on: the number of the complaint, order, accident or reading."
    require(not is_free or bool(wanted.basis.strip()), NotAllowed("basis_missing", sentence, field="basis"))


def _shown(one: OnSite) -> dict[str, str]:
    return {"id": one.id, "day": one.day, "cause": one.cause, "authority": one.authority}


HIGHEST_TIER = 4


@dataclass(frozen=True, slots=True)
class Part:
    """What one agency looks at, and what it found (empty until it is known)."""

    agency: str
    subject: str
    result: str = ""


def check_parts(parts: Sequence[Part], *, tier: int) -> None:
    """Raise ``NotAllowed`` unless an authority begins, with another agency at least, and each agency once."""
    check_writer(tier)
    names = [one.agency.strip() for one in parts]
    require(len(names) > 1, NotAllowed("partner_missing", "Name the other agencies that come along.", field="parts"))
    twice = sorted({name for name in names if names.count(name) > 1})
    require(not twice, NotAllowed("agency_twice", "Name each agency once.", agencies=twice, field="parts"))


def check_writer(tier: int) -> None:
    """Raise ``NotAllowed`` unless somebody of the bureau writes, who leads the check."""
    require(tier == HIGHEST_TIER, NotAllowed("authority_only", "The bureau leads a joint check: ask there."))


def is_complete(parts: Sequence[Part]) -> bool:
    """Return whether every agency has said what it found."""
    return all(one.result for one in parts)
