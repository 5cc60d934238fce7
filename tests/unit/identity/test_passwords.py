"""Passwords are hashed at the cost that the product states, whatever the environment says."""

from pathlib import Path

import pytest
from argon2 import extract_parameters
from sqlalchemy.orm import Session

from services.identity.settings import from_env
from services.identity.use_cases.passwords import hash_password, is_hash_outdated, is_right_password

OWASP = (2, 19_456, 1)


def cost_of(password_hash: str) -> tuple[int, int, int]:
    found = extract_parameters(password_hash)
    return found.time_cost, found.memory_cost, found.parallelism


class TestHashing:
    def test_costs_what_owasp_says(self) -> None:
        assert cost_of(hash_password(Session(), "a quiet harbour")) == OWASP

    @pytest.mark.parametrize("name", ["SISE_PASSWORD_HASHING", "SISE_HASHING", "PASSWORD_HASHING"])
    def test_is_not_for_the_environment(self, tmp_path: Path, name: str) -> None:
        settings = from_env({"SISE_HOME": str(tmp_path), name: "1,8"})
        assert (*settings.password_hashing, 1) == OWASP

    def test_is_recognised_again(self) -> None:
        stored = hash_password(Session(), "a quiet harbour")
        assert is_right_password(Session(), "a quiet harbour", stored)
        assert not is_hash_outdated(Session(), stored)

    def test_never_knows_nobody(self) -> None:
        assert not is_right_password(Session(), "a quiet harbour", None)
