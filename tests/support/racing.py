"""Several threads that do the same at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def at_once(act: Callable[[int], Any], *, threads: int = 8) -> list[Any]:
    """Call ``act`` with 0, 1, … in as many threads, let go together, and return what they returned."""
    gate = threading.Barrier(threads)

    def run(number: int) -> Any:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
