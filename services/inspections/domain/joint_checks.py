"""Joint checks (联合检查): several agencies in one visit, one of them leads (国办发〔2024〕54号: merge checks)."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.inspections.domain.machines import NotAllowed, require

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
