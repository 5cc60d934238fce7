"""A lock for writers that is fair: nobody waits for another's second turn."""

import threading


class Turns:
    """One thread at a time, which may enter again; who stands at the door is not overtaken.

    Python's own locks may be taken again by who has just released them: work that runs in steps kept everybody else
    waiting until it ended.
    """

    def __init__(self) -> None:
        self._door, self._room = threading.Lock(), threading.Lock()
        self._owner = self._depth = 0

    def __enter__(self) -> None:
        if self._owner != threading.get_ident():
            with self._door:  # who stands here goes in next
                self._room.acquire()
            self._owner = threading.get_ident()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = 0
            self._room.release()
