"""Hazard features as bits, so that one number says what an enterprise has; the order is for ever."""

from collections.abc import Iterable, Mapping
from typing import Any

FEATURES = (
    "hazchem_production",
    "hazchem_storage_trade",
    "hazchem_trade",
    "hazchem_use_licence",
    "hazchem_use",
    "major_hazard_source",
    "metal_smelting",
    "molten_metal",
    "gas_works",
    "casting",
    "coating",
    "surface_treatment",
    "metal_dust",
    "organic_dust",
    "confined_space",
    "toxic_confined_space",
    "ammonia_refrigeration",
    "shared_building",
    "dormitory_in_building",
    "fireworks",
    "fuel_retail",
    "lpg",
    "crowded_place",
)
BITS = {feature: 1 << position for position, feature in enumerate(FEATURES)}


def flags_of(features: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the bits of the features known to be there; unknown ones and names from the future add nothing."""
    return sum(BITS.get(name, 0) for name, known in features.items() if known.get("value") == "yes")


def features_in(flags: int) -> Iterable[str]:
    """Return the names of the features whose bits are set in ``flags``."""
    return [feature for feature, bit in BITS.items() if flags & bit]
