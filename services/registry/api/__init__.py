"""Routes of the registry: parse, one use case or query, dump."""

from services.registry.api.divisions import blp as divisions
from services.registry.api.enterprises import blp as enterprises
from services.registry.api.grids import blp as grids
from services.registry.api.imports import blp as imports

BLUEPRINTS = (enterprises, imports, divisions, grids)
