"""What every request of an application needs: its settings, database, signing keys and clock."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import Flask, current_app, g

from shared.clock import Clock
from shared.database import Database
from shared.security.principal import Principal
from shared.security.tokens import KeyRing
from shared.settings import ServiceSettings

EXTENSION = "sise"


@dataclass(frozen=True)
class Chassis:
    """``ending`` is set when the process is asked to end; an answer that stays open looks at it and ends."""

    settings: ServiceSettings
    database: Database
    keys: KeyRing
    clock: Clock
    ending: threading.Event = field(default_factory=threading.Event)


def chassis() -> Chassis:
    """Return the chassis of the running application."""
    return cast(Chassis, current_app.extensions[EXTENSION])


def end_open_answers(app: Flask) -> None:
    """Let every answer of ``app`` that would stay open end at once."""
    app.extensions[EXTENSION].ending.set()


def now() -> datetime:
    """Return the moment of the running request: the same for everything that it does."""
    if "now" not in g:
        g.now = chassis().clock.now()
    return cast(datetime, g.now)


def principal() -> Principal:
    """Return who is asking; on a public route that is ``PUBLIC``."""
    return cast(Principal, g.principal)
