"""Writes point layers as a Mapbox vector tile (specification 2.1).

The message types come from ``mapbox_vector_tile``; its own encoder goes through shapely, which for our points
takes several times as long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapbox_vector_tile.Mapbox import vector_tile_pb2 as messages

EXTENT = 4096
VERSION = 2
VALUE_FIELDS = {str: "string_value", bool: "bool_value", int: "uint_value", float: "double_value"}
MOVE_TO_ONE = 9  # command 1 (MoveTo), once


@dataclass(frozen=True, slots=True)
class Feature:
    """A point: ``x`` to the right and ``y`` down, 0 to 4095; properties are texts, numbers or booleans."""

    x: int
    y: int
    properties: Mapping[str, Any]


def encode_tile(layers: Mapping[str, Sequence[Feature]]) -> bytes:
    """Return the tile with ``layers`` by name; empty ones are left out."""
    tile = messages.tile()
    for name, features in layers.items():
        if features:
            _write_layer(tile.layers.add(), name, features)
    encoded: bytes = tile.SerializeToString()
    return encoded


def _write_layer(layer: Any, name: str, features: Sequence[Feature]) -> None:
    layer.name, layer.version, layer.extent = name, VERSION, EXTENT
    keys: dict[str, int] = {}
    values: dict[tuple[type, Any], int] = {}
    for each in features:
        tags = [
            place
            for key, value in each.properties.items()
            for place in (keys.setdefault(key, len(keys)), values.setdefault((type(value), value), len(values)))
        ]
        geometry = (MOVE_TO_ONE, each.x << 1, each.y << 1)  # zigzag of numbers that are not negative
        layer.features.add(type=messages.tile.Point, tags=tags, geometry=geometry)
    layer.keys.extend(keys)
    for kind, value in values:
        layer.values.add(**{VALUE_FIELDS[kind]: value})
