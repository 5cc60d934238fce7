"""In which of the four tiers the caller acts, and the steps of the caller."""

from collections.abc import Mapping
from typing import Any

from services.inspections.domain.routing import tier_of
from services.inspections.rules import tiers
from shared.http import now, principal
from shared.machines import Step


def acting_tier() -> int:
    """Return the tier of the caller's roles; 0 for somebody who belongs to none."""
    return tier_of(tiers(), principal().roles)


def step_of_caller(event: str = "", given: Mapping[str, Any] | None = None) -> Step:
    """Return ``event`` as a step of the caller at this moment."""
    return Step(event, principal().subject, acting_tier(), now(), given or {}, principal().roles)
