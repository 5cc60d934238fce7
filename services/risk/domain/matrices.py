"""Methods that multiply judged factors: LEC, the 5×5 matrices and the 4×4 matrix for whole enterprises."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import prod

from services.risk.domain.cards import Source
from services.risk.domain.facts import Text
from services.risk.domain.levels import Level
from shared.errors import Refused


class UnsuitableFactor(Refused):
    code = "unsuitable_factor"


@dataclass(frozen=True, slots=True)
class Factor:
    """A judged quantity and its allowed values with their meaning."""

    id: str
    label: Text
    values: Mapping[Decimal, Text]


@dataclass(frozen=True, slots=True)
class Band:
    """From ``bound`` on (or, when ``is_strict``, above it) the product means ``level``."""

    bound: Decimal
    level: Level
    is_strict: bool = False

    def holds(self, product: Decimal) -> bool:
        """Return whether ``product`` reaches the band."""
        return product > self.bound if self.is_strict else product >= self.bound


@dataclass(frozen=True, slots=True)
class Matrix:
    """A method in one version; ``bands`` stand worst first and the last one takes the rest."""

    id: str
    version: str
    name: Text
    source: Source
    factors: tuple[Factor, ...]
    bands: tuple[Band, ...]

    def product(self, judged: Mapping[str, Decimal]) -> Decimal:
        """Return the product of the judged factors; raises ``UnsuitableFactor`` for a value not in the table."""
        for factor in self.factors:
            if judged.get(factor.id) not in factor.values:
                allowed = ", ".join(str(value) for value in factor.values)
                raise UnsuitableFactor(f"{factor.id} must be one of {allowed}.", field=factor.id)
        return prod((judged[factor.id] for factor in self.factors), start=Decimal(1))

    def level(self, judged: Mapping[str, Decimal]) -> Level:
        """Return the level of the judged factors; raises ``UnsuitableFactor`` for a value not in the table."""
        product = self.product(judged)
        return next((band.level for band in self.bands if band.holds(product)), Level.BLUE)
