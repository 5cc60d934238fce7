"""Applications for tests: built once per process for the same settings, because compiling routes takes long."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any

from flask import Flask

from shared.http.chassis import EXTENSION, Chassis

_built: dict[tuple[Callable[[Any], Flask], str], tuple[Flask, Chassis]] = {}


def application(create_app: Callable[[Any], Flask], settings: Any) -> Flask:
    """Return the application that `create_app` makes of `settings`, with a key ring that has asked nobody yet."""
    key = (create_app, repr(settings))
    if key not in _built:
        app = create_app(settings)
        _built[key] = app, app.extensions[EXTENSION]
    app, chassis = _built[key]
    app.extensions[EXTENSION] = replace(chassis, keys=copy(chassis.keys))
    return app
