import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.security.personal import (
    CannotDecrypt,
    Vault,
    mask_identity_card,
    mask_name,
    mask_phone,
)

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


class TestVault:
    @given(st.text())
    def test_returns_what_it_sealed(self, text: str) -> None:
        vault = Vault(NEW)
        assert vault.decrypt(vault.encrypt(text, field="person.name"), field="person.name") == text

    def test_seals_equal_texts_differently(self) -> None:
        vault = Vault(NEW)
        assert vault.encrypt("王", field="n") != vault.encrypt("王", field="n")

    def test_reads_what_an_older_secret_sealed(self) -> None:
        sealed = Vault(OLD).encrypt("13800138000", field="phone")
        assert Vault(NEW, older=[OLD]).decrypt(sealed, field="phone") == "13800138000"

    @pytest.mark.parametrize(
        "change", [lambda s: s[:-2] + "AA", lambda s: "deadbeef" + s[8:], lambda s: "", lambda s: "x.é"]
    )
    def test_refuses_what_was_changed(self, change) -> None:
        vault = Vault(NEW)
        sealed = change(vault.encrypt("secret text", field="phone"))
        with pytest.raises(CannotDecrypt):
            vault.decrypt(sealed, field="phone")

    def test_refuses_a_text_moved_to_another_field(self) -> None:
        vault = Vault(NEW)
        with pytest.raises(CannotDecrypt):
            vault.decrypt(vault.encrypt("x", field="phone"), field="name")

    def test_finds_equal_texts_by_index_within_one_field_and_secret(self) -> None:
        index = Vault(NEW).blind_index("13800138000", field="phone")
        assert index == Vault(NEW).blind_index("13800138000", field="phone")
        assert index != Vault(NEW).blind_index("13800138000", field="fax")
        assert index != Vault(OLD).blind_index("13800138000", field="phone")


class TestMasks:
    @pytest.mark.parametrize(
        ("mask", "text", "shown"),
        [
            (mask_phone, "13800138000", "138****8000"),
            (mask_phone, "88200", "*****"),
            (mask_name, "王小二", "王**"),
            (mask_name, "王", "*"),
            (mask_name, "", ""),
            (mask_identity_card, "11010519491231002X", "1****************X"),
        ],
    )
    def test_show_what_gbt_35273_allows(self, mask, text: str, shown: str) -> None:
        assert mask(text) == shown
