"""What a service declares beside its functions: which events, timers and jobs call them.

The decorators only mark; ``Declarations.collect`` gathers the marks of a service's modules, and the worker, the
broker topology and the tests read them from there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, TypeVar

from shared.contracts import Contract, contract_of

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
MARK = "sise_declares"


@dataclass(frozen=True, slots=True)
class Subscription:
    """``handler(session, received, *, now)``; with ``is_batch`` it gets a list of received events."""

    contracts: tuple[Contract, ...]
    handler: Callable[..., None]
    is_batch: bool


@dataclass(frozen=True, slots=True)
class TimerHandler:
    """``handler(session, entity, *, now)``, called in a transaction when a timer of ``kind`` is due."""

    kind: str
    handler: Callable[..., None]


@dataclass(frozen=True, slots=True)
class JobHandler:
    """``handler(session, job, *, now) -> JobStep``, one transaction of work; ``given_up`` clears up at the end."""

    kind: str
    handler: Callable[..., Any]
    given_up: Callable[..., None] | None = None


@dataclass(frozen=True, slots=True)
class Reemitter:
    """``handler(session, after, limit) -> list[Reemitted]``, current state by key, for a consumer that asks."""

    contracts: tuple[Contract, ...]
    handler: Callable[..., Sequence["Reemitted"]]


@dataclass(frozen=True, slots=True)
class Recounter:
    """``handler(session, *, repair, now) -> int``, how many kept figures differ from the rows that they count."""

    handler: Callable[..., int]


@dataclass(frozen=True, slots=True)
class Reemitted:
    """The current state of one entity; ``key`` orders the pages, ``at`` is when the state was reached."""

    key: str
    event: Any
    sequence: int
    at: datetime


def subscribes(*event_classes: type[Any], batch: bool = False) -> Callable[[F], F]:
    """Mark a function as the handler of these events."""
    contracts = tuple(contract_of(event_class) for event_class in event_classes)
    return _marking(lambda handler: Subscription(contracts, handler, batch))


def timer(kind: str) -> Callable[[F], F]:
    """Mark a function as what happens when a timer of ``kind`` is due."""
    return _marking(lambda handler: TimerHandler(kind, handler))


def job(kind: str, *, given_up: Callable[..., None] | None = None) -> Callable[[F], F]:
    """Mark a function as one step of a job of ``kind``.

    ``given_up(session, job)`` is called when the job fails for good, in the transaction that says so.
    """
    return _marking(lambda handler: JobHandler(kind, handler, given_up))


def reemits(*event_classes: type[Any]) -> Callable[[F], F]:
    """Mark a function as the source of current state for these state events."""
    contracts = tuple(contract_of(event_class) for event_class in event_classes)
    return _marking(lambda handler: Reemitter(contracts, handler))


def recounts() -> Callable[[F], F]:
    """Mark a function as what counts kept figures anew; with ``repair`` it puts the true ones in their place."""
    return _marking(lambda handler: Recounter(handler))


@dataclass(frozen=True)
class Declarations:
    """Everything that ``service`` reacts to; a worker calls ``check`` before it starts, which may refuse by raising."""

    service: str
    subscriptions: tuple[Subscription, ...] = ()
    timers: Mapping[str, TimerHandler] = field(default_factory=dict)
    jobs: Mapping[str, JobHandler] = field(default_factory=dict)
    reemitters: tuple[Reemitter, ...] = ()
    recounters: tuple[Recounter, ...] = ()
    check: Callable[[], None] = lambda: None

    @classmethod
    def collect(cls, service: str, *modules: ModuleType, check: Callable[[], None] = lambda: None) -> "Declarations":
        """Gather the marked functions of ``modules`` in the order in which they are written."""
        members = (member for module in modules for member in vars(module).values())
        marks = list(dict.fromkeys(mark for member in members for mark in getattr(member, MARK, ())))
        timers = {mark.kind: mark for mark in _of(TimerHandler, marks)}
        jobs = {mark.kind: mark for mark in _of(JobHandler, marks)}
        return cls(service, _of(Subscription, marks), timers, jobs, _of(Reemitter, marks), _of(Recounter, marks), check)

    def by_event(self) -> dict[str, list[Subscription]]:
        """Return the subscriptions of each event type."""
        found: dict[str, list[Subscription]] = {}
        for subscription in self.subscriptions:
            for contract in subscription.contracts:
                found.setdefault(contract.name, []).append(subscription)
        return found

    def contracts(self) -> tuple[Contract, ...]:
        """Return every contract that the service listens to."""
        return tuple(dict.fromkeys(contract for one in self.subscriptions for contract in one.contracts))

    def sources(self) -> tuple[str, ...]:
        """Return the services that this one listens to, without itself."""
        return tuple(sorted({contract.producer for contract in self.contracts()} - {self.service}))


def _marking(declare: Callable[[F], Any]) -> Callable[[F], F]:
    def mark(function: F) -> F:
        setattr(function, MARK, (*getattr(function, MARK, ()), declare(function)))
        return function

    return mark


def _of(kind: type[T], marks: Sequence[Any]) -> tuple[T, ...]:
    return tuple(mark for mark in marks if isinstance(mark, kind))
