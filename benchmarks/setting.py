"""What a measurement gets: a folder of its own, servers of its own, and how much work to do."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.native import PostgreSQL, RabbitMQ

QUICK = 10  # a trial run does a tenth of the work


@dataclass(frozen=True)
class Setting:
    """`home` is an empty folder that goes away afterwards; a quick run is only for trying the benchmark itself."""

    home: Path
    is_quick: bool

    def size(self, full: int) -> int:
        """Return how many of something to take."""
        return full // QUICK if self.is_quick else full

    @contextmanager
    def rabbitmq(self) -> Iterator[RabbitMQ]:
        """Run a private broker."""
        broker = RabbitMQ(self.home / "rabbitmq")
        try:
            yield broker.start()
        finally:
            broker.stop()

    @contextmanager
    def postgresql(self) -> Iterator[PostgreSQL]:
        """Run a private database server."""
        server = PostgreSQL(self.home / "postgresql")
        try:
            yield server.start()
        finally:
            server.stop()


def say(sentence: str) -> None:
    """Tell whoever watches what is being done."""
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


def quantile(values: list[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
