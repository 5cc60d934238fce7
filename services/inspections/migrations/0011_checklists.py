"""Versions of checklists, the default set as the first ones, which list is for whom, and hazard features."""

import tomllib
from datetime import datetime
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.clock import BUSINESS_ZONE
from shared.database.columns import Id, JsonDocument, UtcDateTime
from shared.ids import new_id

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DEFAULTS = ("general", "chemicals", "confined", "dust", "ammonia", "fire")


def upgrade() -> None:
    op.add_column("enterprise", sa.Column("features", JsonDocument))
    op.create_table(
        "checklist_choice",
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("rules", JsonDocument, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk__checklist_choice"),
    )
    versions = op.create_table(
        "checklist_version",
        sa.Column("id", Id, nullable=False),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("based_on", Id),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("content", JsonDocument, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("published_by", sa.Text()),
        sa.Column("effective_from", UtcDateTime),
        sa.Column("retired_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__checklist_version"),
    )
    op.create_index("ix__checklist_version__number", "checklist_version", ["checklist", "number"], unique=True)
    op.create_index("ix__checklist_version__state", "checklist_version", ["state", "id"])
    op.bulk_insert(versions, [_first_version(name) for name in DEFAULTS])


def downgrade() -> None:
    op.drop_table("checklist_version")
    op.drop_table("checklist_choice")
    op.drop_column("enterprise", "features")


def _first_version(name: str) -> dict[str, Any]:
    content = _table(f"checklist_{name}.toml")
    head = content["checklist"]
    begins = datetime.combine(head["effective_from"], datetime.min.time(), tzinfo=BUSINESS_ZONE)
    head["effective_from"] = head["effective_from"].isoformat()
    return {
        "id": new_id(),
        "checklist": head["id"],
        "number": head["version"],
        "state": "published",
        "revision": 1,
        "based_on": None,
        "zh": head["zh"],
        "en": head["en"],
        "content": {**content, "set": _table("responses.toml")["set"]},
        "note": head["source"],
        "created_by": "release",
        "created_at": begins,
        "changed_by": "release",
        "changed_at": begins,
        "published_by": "release",
        "effective_from": begins,
        "retired_at": None,
    }


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("services.inspections.rules").joinpath(name).read_text("utf-8"))
