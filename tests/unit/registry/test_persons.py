"""Posts, identity cards, and who is the same person."""

import pytest

from services.registry.domain.persons import PostMissing, check_posts, is_identity, key_of, post_named


class TestPosts:
    @pytest.mark.parametrize(
        ("word", "post"),
        [
            ("安全员", "safety_officer"),
            (" 监护人 ", "guardian"),
            ("Worker", "worker"),
            ("approver", "approver"),
            ("王", None),
        ],
    )
    def test_are_known_by_many_names(self, word: str, post: str | None) -> None:
        assert post_named(word) == post

    def test_are_needed(self) -> None:
        with pytest.raises(PostMissing):
            check_posts([])


class TestIdentityCard:
    """GB 11643-1999: seventeen digits and the check digit of ISO 7064 mod 11-2."""

    @pytest.mark.parametrize(
        ("number", "is_valid"),
        [
            ("11010519491231002X", True),
            ("110105194912310021", False),
            ("1101051949123100", False),
            ("A1010519491231002X", False),
        ],
    )
    def test_has_a_fitting_check_digit(self, number: str, is_valid: bool) -> None:
        assert is_identity(number) == is_valid


class TestSamePerson:
    @pytest.mark.parametrize(
        ("identity", "phone", "key"),
        [("1", "2", "identity:1"), ("", "2", "phone:2"), ("", "", "name:甲")],
    )
    def test_is_told_by_card_then_telephone_then_name(self, identity: str, phone: str, key: str) -> None:
        assert key_of(identity=identity, phone=phone, name="甲") == key
