"""The lock before SQLite's one writer: one at a time, and who waits is not overtaken."""

import threading

from shared.database.turns import Turns
from tests.support.events import until


def waiting_behind(turns: Turns, *, said: list[str]) -> threading.Thread:
    """Start a thread that says something when it has its turn, and return when it waits."""

    def wait() -> None:
        with turns:
            said.append("the other one")

    thread = threading.Thread(target=wait)
    thread.start()
    until(turns._door.locked)
    return thread


class TestTurns:
    def test_are_not_taken_from_those_who_wait(self) -> None:
        turns, said = Turns(), []
        with turns:
            thread = waiting_behind(turns, said=said)
        with turns:
            said.append("again")
        thread.join()
        assert said == ["the other one", "again"]

    def test_can_be_entered_again_by_their_owner(self) -> None:
        turns, said = Turns(), []
        with turns:
            with turns:
                thread = waiting_behind(turns, said=said)
            said.append("still mine")
        thread.join()
        assert said == ["still mine", "the other one"]

    def test_let_nobody_else_in(self) -> None:
        turns, inside, most = Turns(), [], []

        def work() -> None:
            for _ in range(200):
                with turns:
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (max(most), len(most)) == (1, 800)
