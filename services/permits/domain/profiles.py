"""Which set of rules an enterprise works under, and the set as a whole."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.permits.domain.chains import ChainRules
from services.permits.domain.gases import GasRules
from services.permits.domain.kinds import KindRules
from services.permits.domain.levels import LevelRules
from services.permits.domain.measures import MeasureRules
from shared.machines import Source

CHEMICALS, GENERAL = "gb30871-2022", "general-industry"


@dataclass(frozen=True, slots=True)
class Profile:
    """``is_binding``: GB 30871 binds the enterprise; otherwise it is offered as good practice and shown as that."""

    id: str
    version: str
    zh: str
    en: str
    source: Source
    is_binding: bool


@dataclass(frozen=True)
class ScopeRules:
    """``industries`` are beginnings of GB/T 4754 codes, ``features`` hazard features; either puts under GB 30871."""

    profiles: Mapping[str, Profile]
    industries: tuple[str, ...]
    features: frozenset[str]
    clause: str
    permit_days: int
    video_days: int


@dataclass(frozen=True, slots=True)
class Distance:
    id: str
    metres: Decimal
    source: Source


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One entry of the form of a kind; ``type`` is line, number or choice.

    ``is_fact``: rules look at the number, so it is one of the facts and not of the words of a permit.
    """

    kind: str
    id: str
    zh: str
    en: str
    type: str
    unit: str
    is_required: bool
    is_fact: bool
    options: tuple[Option, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is answered yes or no; it decides levels, measures or signatures."""

    id: str
    kinds: tuple[str, ...]
    zh: str
    en: str
    clause: str


@dataclass(frozen=True)
class RuleSet:
    """Everything that a permit is issued under; a permit keeps ``profile.id`` and ``profile.version``."""

    profile: Profile
    scope: ScopeRules
    kinds: KindRules
    levels: LevelRules
    gases: GasRules
    measures: MeasureRules
    chains: ChainRules
    distances: Mapping[str, Distance]
    fields: tuple[FormField, ...]
    questions: tuple[Question, ...]


def profile_of(industry_code: str, features: Collection[str], *, rules: ScopeRules) -> str:
    """Return the profile of an enterprise by its GB/T 4754 code and confirmed features (cl. 1; Order 13 Art. 2).

    A code is read with or without the letter of its section.
    """
    code = industry_code.lstrip("ABCDEFGHIJKLMNOPQRST")
    return CHEMICALS if code.startswith(rules.industries) or rules.features & set(features) else GENERAL
