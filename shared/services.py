"""Finds the services by their folders, so that the chassis never imports one by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import Flask
from sqlalchemy import MetaData

from shared.declarations import Declarations
from shared.errors import NotFound
from shared.settings import ServiceSettings


class ServiceUnknown(NotFound):
    code = "service_unknown"


@dataclass(frozen=True)
class Service:
    """The four doors of a service."""

    name: str
    create_app: Callable[[Any], Flask]
    declarations: Callable[[], Declarations]
    settings_from_env: Callable[[Mapping[str, str]], ServiceSettings]
    metadata: MetaData


def service_names() -> list[str]:
    """Return the names of all services, sorted."""
    package = import_module("services")
    return sorted(module.name for module in iter_modules(package.__path__) if module.ispkg)


def load(name: str) -> Service:
    """Import the service ``name`` and return its doors; raises ``ServiceUnknown``."""
    if name not in service_names():
        raise ServiceUnknown(f"There is no service {name}: {', '.join(service_names())}.", service=name)
    app, worker, settings, tables = (
        import_module(f"services.{name}.{door}") for door in ("app", "worker", "settings", "tables")
    )
    return Service(name, app.create_app, worker.declarations, settings.from_env, tables.metadata)
