"""The other services as the gateway sees them: one pooled, guarded client each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app

from services.gateway.directory import Directory
from shared.errors import NotFound
from shared.http.client import ServiceClient
from shared.http.health import NotReady
from shared.settings import ServiceSettings

EXTENSION = "sise_neighbours"


class ServiceUnknown(NotFound):
    code = "service_unknown"


@dataclass(frozen=True)
class Neighbours:
    """Clients by name of service, in the order of their names, and what is remembered of their answers."""

    clients: Mapping[str, ServiceClient]
    directory: Directory

    def __getitem__(self, service: str) -> ServiceClient:
        if service not in self.clients:
            raise ServiceUnknown("There is no such address; see /api/v1/openapi.json.")
        return self.clients[service]


def meet_neighbours(settings: ServiceSettings) -> Neighbours:
    """Return a client for every service whose address is set (``SISE_URL_<SERVICE>``), without the gateway."""
    clients = {
        service: ServiceClient(service, url)
        for service, url in sorted(settings.service_urls.items())
        if service != "gateway"
    }
    return Neighbours(clients, Directory(clients.get("registry")))


def require_identity() -> None:
    """Raise ``NotReady`` while identity, which signs people in and knows the keys of all tokens, is not ready."""
    identity = neighbours().clients.get("identity")
    if identity is None or not identity.is_ready():
        raise NotReady("The service identity is not ready, so nobody can sign in: look at its log.")


def neighbours() -> Neighbours:
    """Return the neighbours of the running application."""
    return cast(Neighbours, current_app.extensions[EXTENSION])
