from datetime import UTC, datetime, timedelta

import pytest

from services.identity.domain.accounts import actions_of
from services.identity.domain.claims import (
    ClaimMalformed,
    PinTooWeak,
    PostUnknown,
    check_mobile,
    check_pin,
    check_post,
    is_usable,
    photo_kind,
    posts,
    terms,
)

NOW = datetime(2026, 5, 6, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestPin:
    @pytest.mark.parametrize("pin", ["290174", "112358", "908172"])
    def test_of_six_digits_is_taken(self, pin: str) -> None:
        check_pin(pin)
        assert len(pin) == terms().pin_length

    @pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "１２３４５６", "²34567"])
    def test_of_another_shape_is_refused(self, pin: str) -> None:
        with pytest.raises(PinTooWeak):
            check_pin(pin)

    @pytest.mark.parametrize("pin", ["000000", "123456", "654321", "121212", "113311"])
    def test_that_is_easily_guessed_is_refused(self, pin: str) -> None:
        with pytest.raises(PinTooWeak):
            check_pin(pin)


class TestSignature:
    def test_carries_what_posts_may_do_and_no_right_over_people(self) -> None:
        """Electronic Signature Law 2019 art. 13 (2): what a PIN gives is the signature, not the account."""
        actions = terms().signature_actions

        assert actions <= actions_of(posts())
        assert not actions & {"member:write", "person:write"}


class TestPosts:
    def test_are_those_that_sign_for_an_enterprise(self) -> None:
        assert list(posts()) == [
            "enterprise_principal",
            "enterprise_safety_officer",
            "enterprise_approver",
            "enterprise_guardian",
            "enterprise_worker",
        ]

    @pytest.mark.parametrize("role", ["administrator", "enterprise_administrator", "enterprise_user", ""])
    def test_never_include_more_than_that(self, role: str) -> None:
        with pytest.raises(PostUnknown):
            check_post(role)


class TestPhoto:
    @pytest.mark.parametrize(
        ("head", "kind"), [(b"\xff\xd8\xff\xe0....", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png")]
    )
    def test_is_known_by_its_first_bytes(self, head: bytes, kind: str) -> None:
        assert photo_kind(head, size=100) == kind

    @pytest.mark.parametrize(("head", "size"), [(b"<svg", 100), (b"\xff\xd8\xff", 0), (b"\xff\xd8\xff", 5_000_001)])
    def test_of_another_kind_or_size_is_refused(self, head: bytes, size: int) -> None:
        with pytest.raises(ClaimMalformed):
            photo_kind(head, size=size)


class TestMobile:
    @pytest.mark.parametrize("mobile", ["12812345678", "1381234567", "+8613812345678", ""])
    def test_has_eleven_digits(self, mobile: str) -> None:
        check_mobile("13812345678")
        with pytest.raises(ClaimMalformed):
            check_mobile(mobile)


class TestInvitation:
    @pytest.mark.parametrize(
        ("expires", "used", "revoked", "usable"),
        [(1, None, None, True), (0, None, None, False), (1, NOW, None, False), (1, None, NOW, False)],
    )
    def test_counts_once_in_time_unless_taken_back(
        self, expires: int, used: datetime | None, revoked: datetime | None, usable: bool
    ) -> None:
        assert is_usable(expires_at=NOW + expires * HOUR, used_at=used, revoked_at=revoked, now=NOW) is usable
