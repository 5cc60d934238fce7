"""Prometheus metrics of the chassis; each carries the label ``service`` because one process may host several."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, values
from prometheus_client.multiprocess import MultiProcessCollector

REQUEST_SECONDS = Histogram("sise_request_seconds", "Time until the answer", ["service", "method", "route", "status"])
EVENTS_RELAYED = Counter("sise_events_relayed_total", "Events confirmed by the bus", ["service", "lane"])
EVENTS_UNROUTED = Counter("sise_events_unrouted_total", "Events that no queue was bound for", ["service"])
EVENTS_HANDLED = Counter("sise_events_handled_total", "Events whose effect was committed", ["service", "lane"])
EVENTS_REPEATED = Counter("sise_events_repeated_total", "Deliveries of events already handled", ["service"])
EVENTS_PARKED = Gauge("sise_events_parked", "Events that wait for a person", ["service"])
EVENTS_WAITING = Gauge("sise_events_waiting", "Events that wait for a prerequisite", ["service"])
OUTBOX_ROWS = Gauge("sise_outbox_rows", "Events committed and not yet moved to the log", ["service"])
OUTBOX_AGE = Gauge("sise_outbox_age_seconds", "Age of the oldest event in the outbox", ["service"])
QUEUE_ROWS = Gauge("sise_queue_messages", "Messages that wait in a queue of the service", ["service", "queue"])
RELAY_LAG = Gauge("sise_relay_lag", "Events in the log and not yet confirmed by the bus", ["service", "lane"])
LOOP_PROGRESS = Gauge("sise_worker_progress_timestamp", "When a worker loop last moved", ["service", "loop"])
AUDIT_LAG = Gauge("sise_audit_unlinked", "Audit entries that are not in the chain yet", ["service"])


def figures() -> CollectorRegistry:
    """Return what there is to tell: of this process, or of all that answer at one address and share a folder."""
    if values.ValueClass is values.MutexValue:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
