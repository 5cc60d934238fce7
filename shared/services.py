"""Finds the services by their folders, so that the chassis never imports one by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules, resolve_name
from typing import TYPE_CHECKING, Any

from shared.declarations import Declarations
from shared.errors import NotFound
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from flask import Flask

DOORS = ("app:create_app", "worker:declarations", "settings:from_env")


class ServiceUnknown(NotFound):
    code = "service_unknown"


@dataclass(frozen=True)
class Service:
    """The doors of a service."""

    name: str
    create_app: Callable[[Any], "Flask"]
    declarations: Callable[[], Declarations]
    settings_from_env: Callable[[Mapping[str, str]], ServiceSettings]


def service_names() -> list[str]:
    """Return the names of all services, sorted."""
    package = import_module("services")
    return sorted(module.name for module in iter_modules(package.__path__) if module.ispkg)


def load(name: str) -> Service:
    """Return the doors of the service ``name``; raises ``ServiceUnknown``.

    What is behind a door is imported when somebody goes through it: a worker needs nothing of the HTTP side, which is
    half of a service, and a migration needs the settings alone.
    """
    if name not in service_names():
        raise ServiceUnknown(f"There is no service {name}: {', '.join(service_names())}.", service=name)
    return Service(name, *(_door(f"services.{name}.{place}") for place in DOORS))


def _door(place: str) -> Callable[..., Any]:
    return lambda *given: resolve_name(place)(*given)
