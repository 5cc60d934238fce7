"""What fills the demonstration says what stopped it."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deploy.demonstration.filling import fill
from deploy.demonstration.lists import load_lists
from deploy.demonstration.waiting import until
from shared.errors import Refused, Unavailable


class TestWaiting:
    def test_ends_with_what_is_found(self) -> None:
        answers = iter([None, "the gate"])

        assert until(lambda: next(answers), what="its gate is known") == "the gate"

    def test_ends_with_what_was_refused_last(self) -> None:
        def refuse() -> None:
            raise Refused("422 The commitment is not owed yet.")

        with pytest.raises(Unavailable, match=r"0 s until it is owed: 422 The commitment is not owed yet\."):
            until(refuse, what="it is owed", patience=0)


class Importer:
    """An API that knows some enterprises, takes every account and gives up with every list."""

    def __init__(self, *enterprises: str) -> None:
        self.enterprises = enterprises

    def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        return {"id": "1", "items": self.enterprises}

    def import_register(self, file: Path, **_: object) -> Iterator[dict[str, Any]]:
        yield {"state": "running", "accepted": 0}
        yield {"state": "failed", "accepted": 0, "problem": {"code": "import_stopped", "detail": "The job gave up."}}


class TestFilling:
    def test_takes_no_list_that_was_not_read_to_its_end(self) -> None:
        with pytest.raises(Refused, match=re.escape("grids was not imported to its end: The job gave up.")):
            load_lists(Importer(), 5, password="", today=date(2026, 5, 6))

    def test_says_at_once_and_later_that_it_came_to_no_end(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        says = f"The demonstration was not filled to its end: remove {tmp_path} and start again.\n"

        with pytest.raises(Refused, match="The job gave up"):
            filled(Importer(), tmp_path)
        assert capsys.readouterr().err == says

        filled(Importer("an enterprise"), tmp_path)
        assert capsys.readouterr().err == says

    def test_leaves_a_home_with_enterprises_as_it_is(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        filled(Importer("an enterprise"), tmp_path)

        assert (capsys.readouterr().err, list(tmp_path.iterdir())) == ("", [])


def filled(importer: Any, home: Path) -> None:
    fill(lambda _username: importer, home, enterprises=1, password="")
