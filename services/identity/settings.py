"""Settings of identity."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.identity.domain.signing_in import HASHING, Hashing
from shared.settings import BadSettings, ServiceSettings, environment, read, whole_number

REFERENCE_DISTRICT = "331002"
PROVIDER = {
    "oidc_issuer": "SISE_OIDC_ISSUER",
    "oidc_client_id": "SISE_OIDC_CLIENT_ID",
    "oidc_client_secret": "SISE_OIDC_CLIENT_SECRET",
    "oidc_username_claim": "SISE_OIDC_USERNAME_CLAIM",
}


@dataclass(frozen=True)
class Settings(ServiceSettings):
    """``district`` is the division (6 digits) of the first administrator; ``admin_password`` may be empty.

    ``sign_ins_per_minute`` are those from one address; the gateway counts its own with the same setting.
    ``oidc_issuer`` names a provider by which people may sign in; empty: none. ``password_hashing`` is not for the
    environment: no installation may make passwords cheaper to guess.
    """

    district: str
    admin_password: str
    sign_ins_per_minute: int = 20
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_username_claim: str = "preferred_username"
    password_hashing: Hashing = HASHING


def from_env(variables: Mapping[str, str] | None = None) -> Settings:
    """Return the settings read from ``variables`` (the process environment when absent)."""
    given = environment() if variables is None else variables
    provider = {name: given[variable] for name, variable in PROVIDER.items() if given.get(variable)}
    if "oidc_issuer" in provider and not {"oidc_client_id", "oidc_client_secret"} <= provider.keys():
        raise BadSettings("SISE_OIDC_ISSUER needs SISE_OIDC_CLIENT_ID and SISE_OIDC_CLIENT_SECRET too.")
    return read(
        Settings,
        "identity",
        environment=given,
        district=given.get("SISE_DISTRICT", REFERENCE_DISTRICT),
        admin_password=given.get("SISE_ADMIN_PASSWORD", ""),
        sign_ins_per_minute=whole_number(given, "SISE_SIGN_INS_PER_MINUTE", default=20),
        **provider,
    )
