"""How often a process of the product looks for reference cycles: Python's own defaults suit programs that make many."""

import gc

ALLOCATIONS_PER_COLLECTION = 50_000


def collect_rarely() -> None:
    """Let the search for reference cycles look less often.

    Loading a service makes a quarter of a million objects that stay, and a worker thousands of small ones per batch,
    hardly ever in cycles. With the defaults looking at them again and again took an eighth of a start and a quarter of
    the time of a consumer (measured).
    """
    gc.set_threshold(ALLOCATIONS_PER_COLLECTION, 20, 20)


def spare_what_is_loaded() -> None:
    """Let the search never again look at what there is now, which stays until the process ends."""
    gc.collect()
    gc.freeze()
