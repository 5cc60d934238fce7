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
    """An API that knows some enterprises, takes every account and gives up with every list but of kind ``takes``."""

    def __init__(self, *enterprises: str, takes: str = "") -> None:
        self.enterprises, self.takes = enterprises, takes

    def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        return {"id": "1", "items": self.enterprises}

    def import_register(
        self, file: Path, *, kind: str = "enterprises", is_dry_run: bool = False
    ) -> Iterator[dict[str, Any]]:
        yield {"state": "running", "accepted": 0}
        if kind == self.takes:
            yield {"state": "completed", "accepted": 1}
            return
        yield {"state": "failed", "accepted": 0, "problem": {"code": "import_stopped", "detail": "The job gave up."}}


class TestFilling:
    def test_takes_no_list_that_was_not_read_to_its_end(self) -> None:
        with pytest.raises(Refused, match=re.escape("grids was not imported to its end: The job gave up.")):
            load_lists(Importer(), 5, password="", today=date(2026, 5, 6))

    @pytest.mark.parametrize(("takes", "step"), [("", "Enterprises"), ("enterprises", "Lists and accounts")])
    def test_says_at_once_and_later_where_it_stopped(
        self, takes: str, step: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        says = f"The demonstration stopped at “{step}” and is not whole: remove {tmp_path} and start again.\n"

        with pytest.raises(Refused, match="The job gave up") as refused:
            filled(Importer(takes=takes), tmp_path)
        said = capsys.readouterr()
        assert f"{step} …\n" in said.out
        assert said.err == f"{refused.value.detail}\n{says}"

        filled(Importer("an enterprise"), tmp_path)
        assert capsys.readouterr().err == says

    def test_leaves_a_home_with_enterprises_as_it_is(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        filled(Importer("an enterprise"), tmp_path)

        assert (capsys.readouterr().err, list(tmp_path.iterdir())) == ("", [])


def filled(importer: Any, home: Path) -> None:
    fill(lambda _username: importer, home, enterprises=1, password="")
