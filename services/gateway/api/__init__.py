"""The gateway's own routes, grouped by topic; all others are forwarded."""

from services.gateway.api import base_map, enterprises, events, maps, openapi, sessions, system, works

BLUEPRINTS = (
    system.trail,
    maps.blp,
    works.blp,
    base_map.blp,
    enterprises.blp,
    events.blp,
    system.blp,
    sessions.blp,
    openapi.blp,
)
