"""Whether the air allows the work: limits of GB 30871-2022, and what a detector's value means in their unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shared.machines import NotAllowed, Source

VOLUME, LEL, PPM, MILLIGRAMS = "vol_pct", "lel_pct", "ppm", "mg_m3"
UNITS = (VOLUME, LEL, PPM, MILLIGRAMS)
OXYGEN, COMBUSTIBLE, TOXIC = "oxygen", "combustible", "toxic"
PARTS_PER_PERCENT = 10_000


@dataclass(frozen=True, slots=True)
class Gas:
    """``lel`` in per cent by volume (0: not known), ``mac``/``twa``/``stel`` in mg/m3, ``grams`` of a mole."""

    id: str
    zh: str
    en: str
    group: str
    lel: Decimal
    mac: Decimal
    twa: Decimal
    stel: Decimal
    grams: Decimal

    @property
    def toxic_limit(self) -> Decimal:
        """Return the ceiling in mg/m3, or the time-weighted mean where there is none."""
        return self.mac or self.twa


@dataclass(frozen=True, slots=True)
class Purpose:
    """``groups`` must have been measured before work for this purpose."""

    id: str
    groups: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class SamplingPoint:
    id: str
    zh: str
    en: str
    clause: str


@dataclass(frozen=True)
class GasLimits:
    """Combustibles and oxygen in per cent by volume."""

    lel_line: Decimal
    at_or_above: Decimal
    at_or_above_clause: str
    below: Decimal
    below_clause: str
    oxygen_least: Decimal
    oxygen_most: Decimal
    oxygen_most_enriched: Decimal
    oxygen_clause: str
    equipment_most: Decimal
    equipment_clause: str
    toxic_clause: str
    molar_litres: Decimal


@dataclass(frozen=True)
class GasRules:
    gases: Mapping[str, Gas]
    purposes: Mapping[str, Purpose]
    points: tuple[SamplingPoint, ...]
    limits: GasLimits
    source: Source

    def gas(self, name: str) -> Gas:
        """Return the gas; raises ``NotAllowed`` for an unknown one."""
        if name not in self.gases:
            raise NotAllowed("gas_unknown", "This gas is not in the table: choose one of it.", gas=name, field="gas")
        return self.gases[name]


@dataclass(frozen=True, slots=True)
class GasSample:
    """What was measured; ``lel`` of a gas that the table does not know, in per cent by volume."""

    gas: str
    value: Decimal
    unit: str
    is_enriched: bool = False
    lel: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``value`` is the sample in ``unit``; oxygen has a ``least`` too. Not ``is_verified``: recalled."""

    is_acceptable: bool
    value: Decimal
    limit: Decimal
    unit: str
    clause: str
    least: Decimal | None = None
    is_verified: bool = True


def volume_percent(value: Decimal, unit: str, *, gas: Gas, lel: Decimal | None = None) -> Decimal:
    """Return a value of a combustible or of oxygen in per cent by volume: vol% = %LEL x LEL / 100.

    Raises ``NotAllowed`` for a unit that cannot be turned into it.
    """
    if unit == VOLUME:
        return value
    if unit == PPM:
        return value / PARTS_PER_PERCENT
    if unit == LEL and gas.group == COMBUSTIBLE:
        known = gas.lel or lel
        if not known:
            detail = "Say which lower explosive limit (per cent by volume) the detector was set to, or give the volume."
            raise NotAllowed("lel_missing", detail, gas=gas.id, field="lel")
        return value * known / 100
    raise _wrong_unit(unit, gas)


def milligrams(value: Decimal, unit: str, *, gas: Gas, rules: GasRules) -> Decimal:
    """Return a value of a toxic gas in mg/m3: ppm x g/mol / 24.04 (20 °C). Raises ``NotAllowed`` for other units."""
    if unit == MILLIGRAMS:
        return value
    if unit == PPM:
        return value * gas.grams / rules.limits.molar_litres
    raise _wrong_unit(unit, gas)


def judge(sample: GasSample, purpose: str, *, rules: GasRules) -> Verdict:
    """Return whether a sample allows work for ``purpose`` (5.2.7, 5.3.2, 6.4, 10.1); raises ``NotAllowed``."""
    if purpose not in rules.purposes:
        raise NotAllowed("purpose_unknown", "A gas test is for one of the purposes of the table.", purpose=purpose)
    if sample.value < 0:
        raise NotAllowed("value_negative", "A measured value is 0 or more.", field="value")
    gas = rules.gas(sample.gas)
    if gas.group == TOXIC:
        return _toxic(sample, gas, rules=rules)
    if gas.group == OXYGEN:
        return _oxygen(sample, gas, purpose=purpose, limits=rules.limits)
    return _combustible(sample, gas, limits=rules.limits)


def _combustible(sample: GasSample, gas: Gas, *, limits: GasLimits) -> Verdict:
    """An unknown explosive limit counts as below the line: the stricter limit holds."""
    value = volume_percent(sample.value, sample.unit, gas=gas, lel=sample.lel)
    lel = gas.lel or sample.lel
    is_light = lel is not None and lel >= limits.lel_line
    limit = limits.at_or_above if is_light else limits.below
    clause = limits.at_or_above_clause if is_light else limits.below_clause
    return Verdict(value <= limit, value, limit, VOLUME, clause)


def _oxygen(sample: GasSample, gas: Gas, *, purpose: str, limits: GasLimits) -> Verdict:
    value = volume_percent(sample.value, sample.unit, gas=gas)
    if purpose == "oxygen_equipment":
        return Verdict(value <= limits.equipment_most, value, limits.equipment_most, VOLUME, limits.equipment_clause)
    most = limits.oxygen_most_enriched if sample.is_enriched else limits.oxygen_most
    is_right = limits.oxygen_least <= value <= most
    return Verdict(is_right, value, most, VOLUME, limits.oxygen_clause, limits.oxygen_least)


def _toxic(sample: GasSample, gas: Gas, *, rules: GasRules) -> Verdict:
    value = milligrams(sample.value, sample.unit, gas=gas, rules=rules)
    clause = rules.limits.toxic_clause
    return Verdict(value <= gas.toxic_limit, value, gas.toxic_limit, MILLIGRAMS, clause, is_verified=False)


def _wrong_unit(unit: str, gas: Gas) -> NotAllowed:
    detail = "This unit cannot be turned into that of the limit: give the value in another one."
    return NotAllowed("unit_not_usable", detail, unit=unit, gas=gas.id, field="unit")
