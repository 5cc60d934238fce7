"""How a process of the product keeps memory: Python's and the C library's own defaults suit other programs."""

import ctypes
import gc

ALLOCATIONS_PER_COLLECTION = 50_000
MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h
LARGE = 1024 * 1024  # bytes


def keep_little() -> None:
    """Let the search for reference cycles look less often, and large blocks go back to the system when they are freed.

    Loading a service makes a quarter of a million objects that stay, and a worker thousands of small ones per batch,
    hardly ever in cycles. With the defaults looking at them again and again took an eighth of a start and a quarter of
    the time of a consumer (measured).

    glibc keeps blocks of any size that it has once seen freed, up to 32 MiB and in each thread: the hash of a password
    takes 19 MiB, and after 25 sign-ins the threads of a whole system held 240 MiB for nothing (measured). Other C
    libraries have no such dial.
    """
    gc.set_threshold(ALLOCATIONS_PER_COLLECTION, 20, 20)
    dial = getattr(ctypes.CDLL(None), "mallopt", None)
    if dial is not None:
        dial(MMAP_THRESHOLD, LARGE)


def spare_what_is_loaded() -> None:
    """Let the search never again look at what there is now, which stays until the process ends."""
    gc.collect()
    gc.freeze()
