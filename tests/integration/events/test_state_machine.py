"""The whole event path against a model: whatever dies, comes twice, late or in another order, every event that was
committed has its effect once, and nothing else has any. `SISE_FULL_VOLUME=1` runs many times as many stories.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.exc import OperationalError

from shared.bus import BusDown, Channel, LoggedEvent
from shared.bus.embedded import EmbeddedBus
from shared.bus.topology import Topology
from shared.contracts.registry import EnterpriseDeregistered, EnterpriseRegistered, ImportCompleted
from shared.database.chassis import event_log, outbox
from shared.events import parked
from shared.events.outbox import publish
from shared.events.reconcile import reconcile
from shared.events.relay import PublishFailed
from tests.integration.events.machine.broker import OUTCOMES, Broker, Bus
from tests.integration.events.machine.faults import Killed
from tests.integration.events.machine.world import LISTENERS, PRODUCER, World, effect, firm, make_files

IS_FULL = "SISE_FULL_VOLUME" in os.environ
STORIES = 1_500 if IS_FULL else 15
STEPS = 15 if IS_FULL else 10
SUBJECTS = [f"0192f0a0-0000-7000-8000-00000000000{number}" for number in range(4)]
NAMES = ("fine", "fine", "fine", "refused", "bug")
KINDS = ("registered", "deregistered", "unheard")
ROUNDS = 60

wishes = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(SUBJECTS), st.sampled_from(NAMES)), min_size=1, max_size=6
)
fuses = st.none() | st.integers(0, 9)
listeners = st.sampled_from(LISTENERS)
channels = st.sampled_from((Channel.BULK, Channel.URGENT, Channel.BULK, Channel.URGENT, Channel.DEAD))
seeds = st.integers(0, 1_000)


def act(method: str, /, **arguments: Any) -> Any:
    """Return a strategy for one thing that happens: a method of the machine and what it is called with."""
    return st.tuples(st.just(method), st.fixed_dictionaries(arguments))


# One rule draws all of them: rules of their own would be left out of whole stories, and what is never told never fails.
ACTS = (
    act("emit", wanted=wishes),
    act("die_before_the_commit", wanted=wishes),
    act("relay", steps=fuses, is_busy=st.booleans()),
    act("consume", name=listeners, channel=channels, steps=fuses, is_busy=st.booleans()),
    act("relay", steps=st.none(), is_busy=st.just(False)),
    act("consume", name=listeners, channel=channels, steps=st.integers(1, 9), is_busy=st.just(False)),
    act("consume", name=listeners, channel=channels, steps=st.none(), is_busy=st.just(False)),
    act("retry_what_waits", name=listeners, steps=fuses, minutes=st.sampled_from([0, 1, 15, 1500])),
    act("replay_by_hand", name=listeners, steps=fuses, seed=seeds),
    act("mend_or_break_the_handlers", name=listeners),
    act("drop_the_connection", name=listeners, channel=channels),
    act("send_again", seed=seeds, count=st.integers(1, 5)),
)
BROKERS_ACTS = (
    act("plan_what_becomes_of_messages", outcomes=st.lists(st.sampled_from(OUTCOMES), max_size=5)),
    act("deliver_in_another_order", seed=seeds),
)


class EventPath(RuleBasedStateMachine):
    """What can happen; ``committed`` is the model: what every listener must have had once in the end."""

    home: Path  # where the stories keep their files
    told: Counter[str]  # what all stories together were about, so that none can prove nothing
    make_buses: Callable[..., Mapping[str, Any]]

    @initialize(wanted=wishes)
    def begin(self, wanted: Sequence[tuple[str, str, str]]) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=self.home))
        make_files(self.home / "empty.db", self.folder)
        self.world = World(self.folder, type(self).make_buses)
        self.committed: dict[str, tuple[str, str, str, int]] = {}
        self.sequences: Counter[str] = Counter()
        self.emit(wanted)

    def happen(self, acts: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Let things happen, and look after each."""
        for name, arguments in acts:
            getattr(self, name)(**arguments)
            self.nothing_is_doubled_or_made_up()
            self.nothing_committed_is_lost()

    def emit(self, wanted: Sequence[tuple[str, str, str]]) -> None:
        with self.world.databases[PRODUCER].transaction() as session:
            told = [self._publish(session, *wish) for wish in wanted]
        self.committed.update(told)

    def die_before_the_commit(self, wanted: Sequence[tuple[str, str, str]]) -> None:
        before = self.sequences.copy()
        with suppress(Killed), self.world.databases[PRODUCER].transaction() as session:
            for wish in wanted:
                self._publish(session, *wish)
            raise Killed
        self.sequences = before

    def relay(self, steps: int | None, is_busy: bool) -> None:
        with self._trouble(steps, is_busy=is_busy, start_again=self.world.replace_relay):
            self.world.relay.turn()

    def consume(self, name: str, channel: Channel, steps: int | None, is_busy: bool) -> None:
        def start_again() -> None:
            self.world.replace_consumer(name, channel)

        with self._trouble(steps, is_busy=is_busy, start_again=start_again):
            self.world.consuming[name, channel].turn(0)

    def retry_what_waits(self, name: str, steps: int | None, minutes: int) -> None:
        self.world.clock.moment += timedelta(minutes=minutes)
        with self._trouble(steps):
            parked.retry_due(self.world.databases[name], self.world.handlers(name), now=self.world.clock.now())

    def replay_by_hand(self, name: str, steps: int | None, seed: int) -> None:
        held = self.world.parked(name)
        if held:
            chosen = held[seed % len(held)].id
            with self._trouble(steps):
                now = self.world.clock.now()
                parked.replay(self.world.databases[name], self.world.handlers(name), parked_id=chosen, now=now)

    def mend_or_break_the_handlers(self, name: str) -> None:
        self.world.listening[name].is_broken = not self.world.listening[name].is_broken

    def drop_the_connection(self, name: str, channel: Channel) -> None:
        self.world.replace_consumer(name, channel)

    def send_again(self, seed: int, count: int) -> None:
        """What the relay has published comes once more, out of order, as after a lost cursor or by a repair."""
        picked = sorted(self.world.rows(PRODUCER, event_log), key=lambda row: hash((seed, row.position)))[:count]
        fields = LoggedEvent._fields
        again = [LoggedEvent(*(getattr(row, name) for name in fields)) for row in picked]
        self.world.buses[PRODUCER].publisher().publish(again)

    def nothing_is_doubled_or_made_up(self) -> None:
        for name in LISTENERS:
            times = Counter(row.event_id for row in self.world.rows(name, effect))
            assert [event_id for event_id, count in times.items() if count > 1] == []
            assert times.keys() <= self._heard().keys()

    def nothing_committed_is_lost(self) -> None:
        kept = [row.event_id for table in (outbox, event_log) for row in self.world.rows(PRODUCER, table)]
        assert sorted(kept) == sorted(self.committed)

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self._settle()
                self._judge()
        finally:
            if hasattr(self, "world"):
                self.world.close()
                shutil.rmtree(self.folder)

    def _publish(self, session: Any, kind: str, subject: str, name: str) -> tuple[str, tuple[str, str, str, int]]:
        self.sequences[subject] += 1
        sequence = self.sequences[subject]
        facts = {"enterprise_id": subject, "uscc": "", "name": name, "division": "331002"}
        if kind == "registered":
            event: Any = EnterpriseRegistered(**facts)
        elif kind == "deregistered":
            event = EnterpriseDeregistered(**facts, status="deregistered")
        else:
            counts = dict.fromkeys(("rows", "accepted", "unchanged", "corrected", "refused"), 0)
            event = ImportCompleted(import_id=subject, kind="enterprises", sha256="", **counts)
        event_id = publish(session, event, sequence=sequence, at=self.world.clock.now())
        return event_id, (kind, subject, name, sequence)

    @contextmanager
    def _trouble(
        self, steps: int | None, *, is_busy: bool = False, start_again: Callable[[], None] = lambda: None
    ) -> Any:
        """Let one act run into a fuse; whoever was interrupted starts again as a new process."""
        self.world.fuse.light(steps, is_busy=is_busy)
        try:
            yield
        except (Killed, OperationalError, BusDown, PublishFailed):
            self.told["interruptions"] += 1
            self.world.fuse.light(None)
            start_again()
        finally:
            self.world.fuse.light(None)

    def _heard(self) -> dict[str, tuple[str, str, str, int]]:
        return {event_id: told for event_id, told in self.committed.items() if told[0] != "unheard"}

    def _settle(self) -> None:
        """Mend everything, let every enterprise arrive, and go on until nothing moves."""
        for listening in self.world.listening.values():
            listening.is_broken = False
        self.calm()
        self.emit([("registered", subject, "last") for subject in SUBJECTS])
        for _ in range(ROUNDS):
            self.world.clock.moment += timedelta(minutes=15)
            moved = [self._drain(self.world.relay.turn)]
            for (name, _channel), consumption in self.world.consuming.items():
                moved.append(self._drain(lambda one=consumption: one.turn(0)))
                now, handlers = self.world.clock.now(), self.world.handlers(name)
                moved.append(parked.retry_due(self.world.databases[name], handlers, now=now))
                moved.append(sum(parked.replay_all(self.world.databases[name], handlers, now=now)))
            if not any(moved):
                return
        raise AssertionError("the world does not come to rest")

    def _drain(self, turn: Callable[[], int]) -> int:
        return sum(iter(turn, 0))

    def calm(self) -> None:
        """Let the bus work from now on."""

    def _judge(self) -> None:
        self.told["stories"] += 1
        expected = dict.fromkeys(self._heard(), 1)
        self.told["effects"] += len(expected)
        newest: dict[str, tuple[int, str]] = {}
        for kind, subject, name, sequence in self.committed.values():
            if kind == "registered":
                newest[subject] = max(newest.get(subject, (0, "")), (sequence, name))
        for name in LISTENERS:
            assert Counter(row.event_id for row in self.world.rows(name, effect)) == expected
            assert {row.enterprise_id: (row.sequence, row.name) for row in self.world.rows(name, firm)} == newest
            assert self.world.parked(name) == []
        unheard = {event_id for event_id, told in self.committed.items() if told[0] == "unheard"}
        assert {row.event_id for row in self.world.rows(PRODUCER, event_log) if row.unrouted} == unheard
        report = reconcile(self.world.parts(), clock=self.world.clock, patience=0)
        assert (report.missing, report.pending, report.parked) == (0, 0, 0)
        assert [finding.expected for finding in report.findings] == [len(expected)] * len(LISTENERS)


class EmbeddedPath(EventPath):
    """Over the bus in the listeners' own databases."""

    @rule(acts=st.lists(st.one_of(ACTS), min_size=4, max_size=8))
    def go_on(self, acts: Sequence[tuple[str, dict[str, Any]]]) -> None:
        self.happen(acts)

    @staticmethod
    def make_buses(databases: Any, declared: Any, _fuse: Any) -> Mapping[str, Any]:
        topology = Topology.of(declared)
        return {name: EmbeddedBus(name, databases, topology) for name in databases}


class BrokerPath(EventPath):
    """Over a broker that confirms in windows, refuses, forgets to answer, gives back and puts aside."""

    @rule(acts=st.lists(st.one_of(*ACTS, *BROKERS_ACTS), min_size=4, max_size=8))
    def go_on(self, acts: Sequence[tuple[str, dict[str, Any]]]) -> None:
        self.happen(acts)

    @staticmethod
    def make_buses(databases: Any, declared: Any, fuse: Any) -> Mapping[str, Any]:
        shared = Broker(Topology.of(declared), fuse)
        return {name: Bus(shared, name) for name in databases}

    @property
    def broker(self) -> Broker:
        found: Broker = self.world.buses[PRODUCER].broker
        return found

    def plan_what_becomes_of_messages(self, outcomes: Sequence[str]) -> None:
        self.broker.plan.extend(outcomes)

    def deliver_in_another_order(self, seed: int) -> None:
        self.broker.shuffle(seed)

    def calm(self) -> None:
        self.broker.plan.clear()


@pytest.mark.timeout(3600 if IS_FULL else 300)
@pytest.mark.parametrize("machine", [EmbeddedPath, BrokerPath])
def test_every_story_ends_with_every_effect_once(machine: type[EventPath], tmp_path: Path) -> None:
    machine.home, machine.told = tmp_path, Counter()

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=STEPS,
            derandomize=not IS_FULL,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert machine.told["stories"] >= STORIES
    assert machine.told["interruptions"] > 2 * STORIES
    assert machine.told["effects"] > 10 * STORIES
