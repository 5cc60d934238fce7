"""What an officer attests for the credit grade: what it needs, and what is not recorded twice."""

from dataclasses import replace
from datetime import date

import pytest

from services.credit.domain.attestations import Attestation, AttestedAlready, check_attestation, check_not_doubled
from services.credit.rules.ratings import attested_kinds
from shared.machines import NotAllowed

TODAY = date(2026, 5, 11)
HONOUR = Attestation("e", "model_municipal", "泰应急〔2026〕3号", date(2026, 1, 1), date(2028, 12, 31))
ENGINEERS = replace(HONOUR, kind="registered_engineers", persons=4)
MISSED = replace(HONOUR, kind="self_evaluation_missed", until=None)


class TestAnAttestation:
    @pytest.mark.parametrize("told", [HONOUR, ENGINEERS, MISSED])
    def test_is_of_a_kind_with_its_days(self, told: Attestation) -> None:
        assert check_attestation(attested_kinds()[told.kind], told, has_level=True, today=TODAY) is None

    @pytest.mark.parametrize(
        ("told", "code"),
        [
            (replace(HONOUR, since=date(2026, 5, 12)), "since_ahead"),
            (replace(HONOUR, until=None), "until_unsuitable"),
            (replace(MISSED, until=TODAY), "until_unsuitable"),
            (replace(HONOUR, until=date(2025, 12, 31)), "until_before_since"),
            (replace(HONOUR, persons=2), "persons_unsuitable"),
            (MISSED, "not_standardised"),
        ],
    )
    def test_is_refused_with_what_is_wrong(self, told: Attestation, code: str) -> None:
        with pytest.raises(NotAllowed) as refusal:
            check_attestation(attested_kinds()[told.kind], told, has_level=False, today=TODAY)
        assert refusal.value.code == code


class TestTheSame:
    @pytest.mark.parametrize(
        ("told", "known"),
        [
            (HONOUR, (date(2028, 12, 31), date(2030, 1, 1))),
            (HONOUR, (date(2020, 1, 1), date(2026, 1, 1))),
            (MISSED, (date(2026, 12, 31), None)),
        ],
    )
    def test_is_not_recorded_twice(self, told: Attestation, known: tuple[date, date | None]) -> None:
        with pytest.raises(AttestedAlready):
            check_not_doubled(told, [known])

    @pytest.mark.parametrize(
        ("told", "known"),
        [(HONOUR, (date(2029, 1, 1), date(2030, 1, 1))), (MISSED, (date(2025, 12, 31), None))],
    )
    def test_is_recorded_for_another_time(self, told: Attestation, known: tuple[date, date | None]) -> None:
        assert check_not_doubled(told, [known]) is None
