"""What the registry knows of an enterprise, and how new knowledge is weighed against old.

Knowledge has an origin: `person` (somebody looked and confirmed), `file` (a column of an imported register) or
`inferred` (the words of the row). A weaker origin never replaces a stronger one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from services.registry.domain.grids import grid_of
from services.registry.domain.industries import scale_of
from services.registry.domain.places import subdistrict_of
from services.registry.domain.rulebook import Rulebook

Origin = Literal["person", "file", "inferred"]
Facts = dict[str, Any]

SUPERVISION = ("unverified", "supervised", "recorded", "transferred", "ceased")
MERGED = "merged"  # became part of another entry, for ever
STATUS = ("active", "deregistered", MERGED)
PRECISIONS = ("exact", "address", "subdistrict", "none")
FEATURES = (
    "hazchem_production", "hazchem_storage_trade", "hazchem_trade", "hazchem_use_licence", "hazchem_use",
    "major_hazard_source", "metal_smelting", "molten_metal", "gas_works", "casting", "coating", "surface_treatment",
    "metal_dust", "organic_dust", "confined_space", "toxic_confined_space", "ammonia_refrigeration", "shared_building",
    "dormitory_in_building", "fireworks", "fuel_retail", "lpg", "crowded_place",
)  # fmt: skip

CONTACT_FIELDS = ("contact_name", "contact_phone")  # personal data: sealed in the table, in no event

# Facts whose source is always the register itself: the newest file or form is right about them.
REGISTERED = ("name", "enterprise_type", "registered_on", "capital", "scope", "province", "city", "address", "status")
# Facts that people find out on site: each carries its origin.
WEIGHED = ("division", "industry", "headcount", "location", "grid")
_KEPT_BESIDE = ("park_division", "park_precision", "own_longitude", "own_latitude")  # no change that anybody would read
_UNSHOWN = (*_KEPT_BESIDE, "confirmations")
_NOBODY: Mapping[str, str] = {}
_RANK = {"inferred": 0, "file": 1, "person": 2}

EMPTY: Mapping[str, Any] = {
    "name": "",
    "enterprise_type": "",
    "registered_on": None,
    "capital": "",
    "scope": "",
    "province": "",
    "city": "",
    "address": "",
    "status": "active",
    "division": "",
    "subdistrict": "",
    "neighbour": "",
    "placement": "unplaced",
    "grid": "",
    "stated_grid": "",  # what a file or a person said; the polygons may say otherwise
    "grid_basis": "",
    "longitude": None,
    "latitude": None,
    "location_precision": "none",
    "park_id": None,  # of the park or shared building whose tenant it is
    "park_division": "",
    "park_precision": "",
    "own_longitude": None,  # kept while the park's position stands above
    "own_latitude": None,
    "industry": "",
    "industry_section": "",
    "headcount": None,
    "scale": "",
    "features": {},
    "origins": {},
    "confirmations": {},  # weighed fact of a person → who (by, role) confirmed it when (on); empty: not written down
    "hints": {},
    "supervision": "unverified",
    "contact_name": "",
    "contact_phone": "",
}


def known(
    current: Mapping[str, Any],
    given: Mapping[str, Any],
    *,
    origin: Origin,
    rules: Rulebook,
    seen: Mapping[str, str] = _NOBODY,
) -> Facts:
    """Return the facts of an enterprise after `given` is added to `current` (`EMPTY` for a new one).

    `given` holds only what its source says: registered facts by name, `division`, `industry`, `headcount`, `grid`,
    `location` as (longitude, latitude) in WGS-84, and `features` as {feature: ("yes" | "no" | "unknown", words)}.
    `seen` says who confirmed these facts (by, role) and when (on).
    """
    facts: Facts = {name: current[name] for name in EMPTY}
    facts["origins"] = dict(facts["origins"])
    facts["confirmations"] = dict(facts["confirmations"])
    for name, value in given.items():
        if name in WEIGHED:
            _weigh(facts, name, value, origin=origin, seen=seen)
        elif name != "features":
            facts[name] = value
    suggestion = rules.suggester.suggest(name=facts["name"], scope=facts["scope"], address=facts["address"])
    _classify(facts, suggestion.industry, rules)
    hints = {"industry": list(suggestion.industry_words)} if suggestion.industry_words else {}
    _place(facts, hints, rules)
    facts["grid"], facts["grid_basis"] = grid_of(facts, rules.grids)
    facts["hints"] = hints
    if facts["status"] != "active":
        facts["supervision"] = "ceased"
    facts["features"] = _features(facts["features"], suggestion.features, given.get("features", {}), origin=origin)
    for name in given.get("features", ()) if origin == "person" else ():
        facts["features"][name] |= seen
    return facts


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return {field: [old, new]} of the facts that differ."""
    shown = (name for name in EMPTY if name not in _UNSHOWN)
    return {name: [before[name], after[name]] for name in shown if before[name] != after[name]}


def as_tenant(row: Mapping[str, Any], park: Mapping[str, Any]) -> Facts:
    """Return an enterprise row that takes the place of `park`; its own position is kept for the day it leaves."""
    own = ("own_longitude", "own_latitude") if row["park_id"] else ("longitude", "latitude")
    return {
        **row,
        "park_id": park["id"],
        "park_division": park["division"],
        "park_precision": park["location_precision"],
        "longitude": park["longitude"],
        "latitude": park["latitude"],
        "own_longitude": row[own[0]],
        "own_latitude": row[own[1]],
    }


def as_free(row: Mapping[str, Any]) -> Facts:
    """Return the row of a tenant that has left its park: with its own position, or none."""
    place = {"longitude": row["own_longitude"], "latitude": row["own_latitude"]}
    return {**row, **{name: EMPTY[name] for name in ("park_id", *_KEPT_BESIDE)}, **place}


def _weigh(facts: Facts, name: str, value: Any, *, origin: Origin, seen: Mapping[str, str]) -> None:
    origins = facts["origins"]
    if _RANK[origin] < _RANK[origins.get(name, "inferred")]:
        return
    origins[name] = origin
    if origin == "person":
        facts["confirmations"][name] = dict(seen)
    if name == "location":
        place = ("own_longitude", "own_latitude") if facts["park_id"] else ("longitude", "latitude")
        facts.update(zip(place, value, strict=True))
    elif name == "grid":
        facts["stated_grid"] = value
    else:
        facts[name] = value


def _classify(facts: Facts, suggested: str, rules: Rulebook) -> None:
    if facts["origins"].get("industry", "inferred") == "inferred":
        facts["industry"] = suggested
    facts["industry_section"] = facts["industry"][:1]
    facts["scale"] = scale_of(facts["industry"], facts["headcount"], rows=rules.scale_rows)


def _place(facts: Facts, hints: dict[str, list[str]], rules: Rulebook) -> None:
    """Every enterprise is placed, unplaced or of another county; coordinates alone place it too.

    A tenant lies where its park lies, unless a file or a person said in which division it does.
    """
    is_inferred = facts["origins"].get("division", "inferred") == "inferred"
    if is_inferred and facts["park_division"]:
        facts |= {"placement": "placed", "neighbour": "", "division": facts["park_division"]}
    elif is_inferred:
        place = rules.finder.find(facts["address"])
        is_elsewhere = place.kind == "other_county"
        facts["placement"] = place.kind
        facts["neighbour"] = place.division if is_elsewhere else ""
        facts["division"] = "" if is_elsewhere else place.division or rules.gazetteer.home
        if place.words:
            hints["division"] = [place.words]
    else:
        facts["placement"] = "placed" if subdistrict_of(facts["division"]) else "unplaced"
        facts["neighbour"] = ""
    facts["subdistrict"] = subdistrict_of(facts["division"])
    has_point = facts["longitude"] is not None
    if has_point and facts["placement"] == "unplaced":
        facts["placement"] = "placed"
    coarse = "subdistrict" if facts["subdistrict"] else "none"
    facts["location_precision"] = (facts["park_precision"] or "exact") if has_point else coarse


def _features(
    current: Mapping[str, Any],
    suggested: Mapping[str, tuple[str, ...]],
    given: Mapping[str, tuple[str, list[str]]],
    *,
    origin: Origin,
) -> dict[str, Any]:
    """Fresh suggestions below what a file said, below what a person confirmed."""
    features = {name: _feature("yes", "inferred", words) for name, words in suggested.items()}
    features |= {name: entry for name, entry in current.items() if entry["source"] != "inferred"}
    for name, (value, words) in given.items():
        if _RANK[origin] >= _RANK[features.get(name, {"source": "inferred"})["source"]]:
            features[name] = _feature(value, origin, words)
    return {name: features[name] for name in sorted(features)}


def _feature(value: str, origin: Origin, words: Any) -> dict[str, Any]:
    certainty = "confirmed" if origin == "person" else "inferred"
    return {"value": value, "origin": certainty, "words": list(words), "source": origin}
