"""What the tests of the rules of permits begin with."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from services.permits.domain.kinds import WorkFacts
from services.permits.domain.profiles import CHEMICALS, GENERAL
from services.permits.rules import ruleset
from shared.clock import BUSINESS_ZONE
from shared.machines import NotAllowed

RULES, OTHER = ruleset(CHEMICALS), ruleset(GENERAL)
ASKED_OF_HOT_WORK = ("fixed_hot_work_area", "operating_plant", "major_hazard_dike", "pipe_rack", "risk_place")


def china(text: str) -> datetime:
    """Return a moment that is written in China's time."""
    return datetime.fromisoformat(text).replace(tzinfo=BUSINESS_ZONE)


def hot_work(*yes: str, **numbers: Any) -> WorkFacts:
    """Return hot work whose questions are answered no, those of ``yes`` apart."""
    return WorkFacts(dict.fromkeys(ASKED_OF_HOT_WORK, False) | dict.fromkeys(yes, True), **numbers)


def at_height(metres: str, *yes: str) -> WorkFacts:
    """Return work at height whose circumstances are only those of ``yes``."""
    return WorkFacts(dict.fromkeys((*yes, "no_other_circumstances"), True), height_m=Decimal(metres))


def refusal(act: Any, *given: Any, **named: Any) -> str:
    """Return the code with which ``act`` is refused."""
    with pytest.raises(NotAllowed) as refused:
        act(*given, **named)
    return refused.value.code
