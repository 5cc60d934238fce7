"""identity's tables. Names and signing keys are encrypted; passwords and refresh tokens are only digests."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, false

from shared.database import Id, JsonDocument, UtcDateTime, service_metadata

metadata = service_metadata()

account = Table(
    "account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("sealed_name", Text, nullable=False),
    Column("sealed_mobile", Text),
    Column("password_hash", Text, nullable=False),  # empty: signs by PIN only
    Column("pin_hash", Text),
    Column("oidc_subject", Text, unique=True),
    Column("password_set_at", UtcDateTime, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("roles", JsonDocument, nullable=False),
    Column("divisions", JsonDocument, nullable=False),
    Column("grids", JsonDocument, nullable=False),
    Column("skills", JsonDocument, nullable=False),
    Column("enterprise_id", Text, nullable=False),
    Column("intermediary_id", Text, nullable=False),
    Column("agency_id", Text, nullable=False, server_default=""),  # of who acts for another agency: a row of client
    Column("person_id", Text, nullable=False, server_default=""),  # of the registry; empty: not linked
    Column("licence_valid_until", Text, nullable=False),
    Column("sealed_licence_number", Text),
    Column("is_licence_expired", Boolean, nullable=False),
    Column("is_absent", Boolean, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    Column("is_shut_by_register", Boolean, nullable=False, server_default=false()),  # opened again when it returns
    Column("disabled_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

Index("ix__account__enterprise_id", account.c.enterprise_id)
Index("ix__account__agency_id", account.c.agency_id)

absence = Table(
    "absence",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("entered_by", Text, nullable=False),
)
Index("ix__absence__account_id", absence.c.account_id)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("username_digest", Text, primary_key=True),
    Column("failures", JsonDocument, nullable=False),
    Column("locked_until", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
)
Index("ix__sign_in_attempts__updated_at", sign_in_attempts.c.updated_at)

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("family", Id, nullable=False),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("device", Text, nullable=False, server_default=""),  # what began the session, in its own words
    Column("address", Text, nullable=False, server_default=""),
)
Index("ix__refresh_token__family", refresh_token.c.family)
Index("ix__refresh_token__account_id", refresh_token.c.account_id)
Index("ix__refresh_token__expires_at", refresh_token.c.expires_at)

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("public_key", JsonDocument, nullable=False),
    Column("sealed_private_key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

client = Table(  # another agency, whether systems of it ask, or clerks, or both
    "client",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("is_enabled", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

client_secret = Table(
    "client_secret",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("client_id", Id, ForeignKey("client.id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
)
Index("ix__client_secret__client_id", client_secret.c.client_id)

agency_grant = Table(
    "agency_grant",
    metadata,
    Column("id", Id, primary_key=True),
    Column("client_id", Id, ForeignKey("client.id"), nullable=False),
    Column("action", Text, nullable=False),
    Column("divisions", JsonDocument, nullable=False),
    Column("fields", JsonDocument, nullable=False),
    Column("purposes", JsonDocument, nullable=False),  # for what the answers may be used, where the action asks for it
    Column("until", UtcDateTime, nullable=False),
    Column("basis", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    UniqueConstraint("client_id", "action"),
)

known_enterprise = Table(
    "known_enterprise",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("uscc", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)
Index("ix__known_enterprise__uscc", known_enterprise.c.uscc)

known_person = Table(
    "known_person",
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("left_on", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

merged_enterprise = Table(  # a credit code of a merged entry leads to the enterprise that it became part of
    "merged_enterprise",
    metadata,
    Column("merged_id", Id, primary_key=True),
    Column("kept_id", Id, nullable=False),
)

claim = Table(
    "claim",
    metadata,
    Column("id", Id, primary_key=True),
    Column("receipt_digest", Text, nullable=False, unique=True),
    Column("enterprise_id", Id, nullable=False),
    Column("sealed_name", Text, nullable=False),
    Column("sealed_mobile", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("photo_id", Id, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("account_id", Id),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("made_at", UtcDateTime, nullable=False),
)
Index("ix__claim__enterprise_id__state", claim.c.enterprise_id, claim.c.state)

invitation = Table(
    "invitation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("enterprise_id", Id, nullable=False),
    Column("role", Text, nullable=False),
    Column("sealed_note", Text, nullable=False),
    Column("account_id", Id),
    Column("person_id", Text, nullable=False, server_default=""),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)
Index("ix__invitation__enterprise_id", invitation.c.enterprise_id)

oidc_flow = Table(
    "oidc_flow",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("state_digest", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("sealed_verifier", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

grid_team = Table(
    "grid_team",
    metadata,
    Column("grid_id", Id, primary_key=True),
    Column("code", Text, nullable=False),
    Column("accounts", JsonDocument, nullable=False),
    Column("division", Text, nullable=False, server_default=""),
    Column("sequence", BigInteger, nullable=False),
)
