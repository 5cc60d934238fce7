"""The HTTP side of inspections."""

from flask import Flask

from services.inspections.api import BLUEPRINTS
from services.inspections.rules import check_tables
from services.inspections.settings import Settings
from shared.database import connect
from shared.http import make_app


def create_app(settings: Settings) -> Flask:
    """Return the application: hazards on their way, reports from the public, and the rule tables.

    Raises ``UnusableTable`` when the rule tables do not fit together.
    """
    check_tables()
    return make_app(settings, connect(settings.database_url), blueprints=BLUEPRINTS)
