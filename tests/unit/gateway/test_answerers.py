"""Which service answers a path below ``/api/v1``."""

import pytest

from services.gateway.forwarding import answerer_of


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("credit/penalties", "credit"),
        ("auth/login", "identity"),
        ("public/reports", "inspections"),
        ("public/reports/R-1", "inspections"),
        ("public/penalties", "credit"),
        ("public/exposures", "credit"),
        ("public/list/export.csv", "credit"),
    ],
)
def test_is_named_by_the_first_part_or_by_what_is_public(path: str, service: str) -> None:
    first, _, rest = path.partition("/")
    assert answerer_of(first, rest) == service
