"""Cross-checks that turn the commitment into evidence (permits §3.4): what was promised against what is known."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.permits.domain.commitments import CommitmentRules, Content

LOWEST_RISK = 4
HAZARD, RUNNING = "has_major_hazard", "running"


@dataclass(frozen=True, slots=True)
class Dispute:
    """One check that failed: ``said`` in the field of the commitment, ``found`` elsewhere."""

    check: str
    field: str
    said: int
    found: int


def disputes(
    content: Content, *, circumstances: Collection[str], works: Mapping[str, int] | None, is_over: bool = False
) -> list[Dispute]:
    """Return where a published commitment and the facts disagree.

    ``circumstances`` are what others say of the enterprise now; ``works`` counts the permits of the day by field,
    None when nobody counts them: unknown is never a dispute. Too few permits are one only when the day ``is_over``.
    """
    found = []
    if "open_major" in circumstances and not content[HAZARD]:
        found.append(Dispute("major_hazard_hidden", HAZARD, 0, 1))
    if "halted" in circumstances and content[RUNNING]:
        found.append(Dispute("running_while_halted", RUNNING, content[RUNNING], 0))
    for name, count in sorted((works or {}).items()):
        if check := _compared(content[name], count, is_over=is_over):
            found.append(Dispute(check, name, content[name], count))
    return found


def _compared(said: int, found: int, *, is_over: bool) -> str:
    if found > said:
        return "less_than_permits" if said else "permit_after_zero"
    return "more_than_permits" if is_over and said > found else ""


def computed_grade(rules: CommitmentRules, content: Content, *, circumstances: Collection[str]) -> int:
    """Return the risk grade that the facts ask for at least: 1 high to 4 low; shown beside the promised one."""
    asked = (grade for when, grade in rules.grades if when in circumstances or content.get(when))
    return min(asked, default=LOWEST_RISK)
