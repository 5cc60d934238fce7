"""Routes of the registry: parse, one use case or query, dump."""

from services.registry.api.contracts import blp as contracts
from services.registry.api.divisions import blp as divisions
from services.registry.api.endings import blp as endings
from services.registry.api.enterprises import blp as enterprises
from services.registry.api.exports import blp as exports
from services.registry.api.grids import blp as grids
from services.registry.api.imports import blp as imports
from services.registry.api.intermediaries import blp as intermediaries
from services.registry.api.obligations import blp as obligations
from services.registry.api.persons import blp as persons
from services.registry.api.places import blp as places
from services.registry.api.surveys import blp as surveys

BLUEPRINTS = (
    enterprises,
    endings,
    imports,
    exports,
    divisions,
    grids,
    intermediaries,
    contracts,
    persons,
    obligations,
    surveys,
    places,
)
