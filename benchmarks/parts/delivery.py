"""P2: from the outbox of one service to committed effects in others, with the backlog of an import; and the peers.

The events are committed before the clock starts. It runs from the moment the relay may begin until the last
listener has committed its last effect: outbox → log → confirmed by the broker → quorum queue → inbox and effect
in one transaction → acknowledged. Relay and listeners are the product's own workers, a process each.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import orjson
from sqlalchemy import func, select

from benchmarks.event_processes import Network
from benchmarks.event_services import LISTENERS, commit_events, enterprise_copy, sample_envelopes
from benchmarks.peers.drive import VARIANTS, WARM_UP, Servers, Variant, rate
from benchmarks.profiles import profile_missed
from benchmarks.results import Report, number
from benchmarks.setting import Setting, say
from shared.database import connect
from shared.database.chassis import inbox, outbox, parked_event

TO_ONE, TO_SIX, TO_PEER = 120_000, 30_000, 10_000
TARGET_ONE, TARGET_SIX, TARGET_PEERS = 12_000, 25_000, 10
ROUNDS = 3


def measure(setting: Setting) -> Report:
    """Return our rates, those of the peers on the same servers, and profiles when a target is missed."""
    report = Report("P2")
    with setting.rabbitmq() as broker, setting.postgresql() as database:
        servers = Servers(broker, database)
        ours = _deliver(setting, servers, report)
        best = _peers(setting, servers, report)
    if best:
        report.at_least("events to one service, against the best peer", ours / best, TARGET_PEERS, unit=" ×")
    return report


def _deliver(setting: Setting, servers: Servers, report: Report) -> float:
    """Measure one and six listeners; the middle one of three rounds counts. Return the rate to one."""
    one = [_round(setting, servers, LISTENERS[:1], setting.size(TO_ONE)) for _ in range(ROUNDS)]
    six = [_round(setting, servers, LISTENERS, setting.size(TO_SIX)) for _ in range(ROUNDS)]
    rounds = "; ".join(f"{title}: {', '.join(map(number, rates))}" for title, rates in (("one", one), ("six", six)))
    report.notes.append(f"Rounds, deliveries/s to {rounds}. The middle one counts.")
    to_one, to_six = sorted(one)[ROUNDS // 2], sorted(six)[ROUNDS // 2]
    met = [
        report.at_least("events to one service, backlog", to_one, TARGET_ONE, unit="/s"),
        report.at_least("deliveries to six services, backlog", to_six, TARGET_SIX, unit="/s"),
    ]
    for is_met, names, count in zip(met, (LISTENERS[:1], LISTENERS), (TO_ONE, TO_SIX), strict=True):
        if not is_met:
            _explain(setting, servers, report, names=names, count=setting.size(count))
    return to_one


def _round(setting: Setting, servers: Servers, names: Sequence[str], count: int) -> float:
    with Network(setting.home, servers.broker, servers.database, names) as network:
        commit_events(network.producer, count)
        began = network.start_relay()
        ended = network.wait_for(count)
        _verify(network, count)
    found = count * len(names) / (ended - began)
    say(f"P2 {len(names)} listener(s): {found:,.0f} deliveries/s")
    return found


def _verify(network: Network, count: int) -> None:
    """Raise unless every event is where it belongs exactly once: speed with losses would be no result."""
    network.wait_until_relayed()
    with network.producer.reading() as session:
        assert session.scalar(select(func.count()).select_from(outbox)) == 0
    for url in network.listener_urls:
        with connect(url).reading() as session:
            counts = [
                session.scalar(select(func.count()).select_from(table))
                for table in (enterprise_copy, inbox, parked_event)
            ]
        assert counts == [count, count, 0], counts


def _explain(setting: Setting, servers: Servers, report: Report, *, names: Sequence[str], count: int) -> None:
    """Repeat a missed measurement under the profiler."""
    with Network(setting.home, servers.broker, servers.database, names) as network:
        commit_events(network.producer, count)
        with profile_missed(report, network.pids, folder=setting.home):
            network.start_relay()
            network.wait_for(count)


def _peers(setting: Setting, servers: Servers, report: Report) -> float:
    """Measure every variant of every peer and return the best rate."""
    events = setting.home / "events.jsonl"
    count = WARM_UP + setting.size(TO_PEER)
    events.write_bytes(b"\n".join(orjson.dumps(one) for one in sample_envelopes(count)))
    rates = [_peer(setting, servers, report, variant=variant, events=events) for variant in VARIANTS]
    return max(rates, default=0)


def _peer(setting: Setting, servers: Servers, report: Report, *, variant: Variant, events: Path) -> float:
    try:
        found = rate(variant, servers, events=events, home=setting.home)
    except (TimeoutError, subprocess.SubprocessError) as problem:
        report.failed(f"{variant.title}: {problem}")
        return 0
    say(f"P2 {variant.title}: {found:,.0f}/s")
    report.compare(f"events to one service: {variant.title}", f"{number(found)}/s")
    return found
