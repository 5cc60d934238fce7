"""The file of certificates that an enterprise fills in."""

from services.gateway.pages.certificate_files import rows_of


def test_holds_a_row_for_each_certificate_and_one_to_fill_in() -> None:
    held = {"kind": "电工作业操作证", "valid_from": "2026-01-05", "valid_to": None}
    people = [
        {"person_id": "p-1", "called": ["王**", "工人"], "certificates": [held]},
        {"person_id": "p-2", "called": ["李**", ""], "certificates": []},
    ]

    assert list(rows_of(people, ["kind", "valid_from", "valid_to"])) == [
        ["p-1", "王**", "工人", "电工作业操作证", "2026-01-05", ""],
        ["p-2", "李**", "", "", "", ""],
    ]
