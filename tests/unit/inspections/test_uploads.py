"""How a photo is cut into parts."""

from hashlib import sha256

import pytest

from services.inspections.domain.uploads import Layout
from shared.machines import NotAllowed

LAYOUT = Layout(size=25, part_bytes=10)


class TestLayout:
    @pytest.mark.parametrize(
        ("received", "missing"), [([], [0, 10, 20]), ([10], [0, 20]), ([20, 0, 10], [])], ids=["none", "one", "all"]
    )
    def test_knows_what_is_missing(self, received: list[int], missing: list[int]) -> None:
        assert LAYOUT.missing(received) == missing

    @pytest.mark.parametrize(("offset", "length"), [(0, 10), (10, 10), (20, 5)])
    def test_takes_a_part_in_its_place(self, offset: int, length: int) -> None:
        content = bytes(length)

        assert LAYOUT.check_part(offset, content, digest=sha256(content).hexdigest()) is None

    @pytest.mark.parametrize(
        ("offset", "length", "code"),
        [
            (5, 10, "part_misplaced"),
            (30, 5, "part_misplaced"),
            (20, 10, "part_misplaced"),
            (10, 9, "part_misplaced"),
            (10, 0, "part_misplaced"),
        ],
    )
    def test_refuses_a_part_that_does_not_fit(self, offset: int, length: int, code: str) -> None:
        content = bytes(length)
        with pytest.raises(NotAllowed) as refusal:
            LAYOUT.check_part(offset, content, digest=sha256(content).hexdigest())

        assert refusal.value.code == code

    def test_refuses_a_damaged_part(self) -> None:
        with pytest.raises(NotAllowed) as refusal:
            LAYOUT.check_part(0, bytes(10), digest=sha256(b"other").hexdigest())

        assert refusal.value.code == "part_damaged"
