"""Opens the bus that the settings of a service name."""

from shared.bus import Bus
from shared.database import connect
from shared.services import load, service_names
from shared.settings import ServiceSettings, environment


def open_bus(service: str, settings: ServiceSettings) -> Bus:
    """Return the bus as ``service`` sees it; nothing is connected yet."""
    if settings.is_embedded:
        return _embedded(service, settings)
    from shared.bus.rabbitmq import RabbitBus

    return RabbitBus(service, settings.bus_url)


def _embedded(service: str, settings: ServiceSettings) -> Bus:
    from shared.bus.embedded import EmbeddedBus
    from shared.bus.topology import topology_of_services

    same_home = environment() | {"SISE_HOME": str(settings.home)}
    databases = {name: connect(load(name).settings_from_env(same_home).database_url) for name in service_names()}
    databases[service] = connect(settings.database_url)
    return EmbeddedBus(service, databases, topology_of_services())
