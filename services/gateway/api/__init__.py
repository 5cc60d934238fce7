"""The gateway's own routes, grouped by topic; all others are forwarded."""

from services.gateway.api import enterprises, events, maps, openapi, sessions, system

BLUEPRINTS = (system.trail, maps.blp, enterprises.blp, events.blp, system.blp, sessions.blp, openapi.blp)
