"""Event contracts: what each service tells the others, one module per producer.

A contract is a frozen dataclass with a versioned name. It is owned by its producer, never changed once emitted
(fields may be added with a default), and read tolerantly: unknown fields are ignored. A breaking change is a new
version beside the old one. Events carry ids and facts, no personal data.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import IntEnum, StrEnum
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

from shared.errors import Refused


class Kind(StrEnum):
    STATE = "state"  # whole state of the entity: the last writer wins by sequence, older ones are ignored
    FACT = "fact"  # applied exactly once, whatever the order


class Lane(IntEnum):
    URGENT = 0
    BULK = 1


class UnreadableEvent(Refused):
    """A body that is no event of a known contract."""

    code = "unreadable_event"


@dataclass(frozen=True, slots=True)
class Contract:
    """``name`` is the event type and routing key; ``subject`` and ``partition`` name fields of the dataclass."""

    name: str
    kind: Kind
    lane: Lane
    subject: str
    partition: str
    event_class: type[Any]
    slots: tuple[tuple[str, Callable[[Any, Any], None]], ...]  # by name of the field: what puts a value into it
    required: frozenset[str]

    @property
    def producer(self) -> str:
        return self.name.split(".", 1)[0]

    @property
    def source(self) -> str:
        return f"/sise/{self.producer}"

    def read(self, facts: Mapping[str, Any]) -> Any:
        """Return the event of these ``facts``; unknown fields are ignored, a missing one is ``UnreadableEvent``."""
        event = object.__new__(self.event_class)
        try:
            for name, put in self.slots:  # the usual case: calling the class takes twice as long (measured)
                put(event, facts[name])
        except KeyError:
            if missing := ", ".join(sorted(self.required - facts.keys())):
                raise UnreadableEvent(f"{self.name} lacks {missing}") from None
            return self.event_class(**{name: facts[name] for name, _ in self.slots if name in facts})
        return event


_contracts: dict[str, Contract] = {}
E_ = TypeVar("E_", bound=type[Any])


def event(name: str, *, kind: Kind, lane: Lane = Lane.URGENT, subject: str, partition: str = "") -> Callable[[E_], E_]:
    """Register the decorated dataclass as the contract ``<producer>.<what_happened>.v<N>``."""

    def register(event_class: E_) -> E_:
        own = fields(event_class)
        _contracts[name] = Contract(
            name=name,
            kind=kind,
            lane=lane,
            subject=subject,
            partition=partition or subject,
            event_class=event_class,
            slots=tuple((field.name, getattr(event_class, field.name).__set__) for field in own),
            required=frozenset(
                field.name for field in own if field.default is MISSING and field.default_factory is MISSING
            ),
        )
        event_class.contract = _contracts[name]
        return event_class

    return register


def contract_of(event_class: type[Any]) -> Contract:
    """Return the contract of an event class."""
    contract: Contract = event_class.contract
    return contract


def contract_named(name: str) -> Contract:
    """Return the contract with this type name; raises ``UnreadableEvent`` for an unknown one."""
    contract = _contracts.get(name) or all_contracts().get(name)
    if contract is None:
        raise UnreadableEvent(f"no contract is named {name}")
    return contract


@cache
def all_contracts() -> Mapping[str, Contract]:
    """Return every contract of every producer by name."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return _contracts
