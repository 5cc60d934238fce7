"""What phones hand in late, and in parts."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("check_record", sa.Column("sending_id", Id))
    op.add_column("check_record", sa.Column("finished_at", UtcDateTime))
    op.create_index("ix__check_record__sending_id", "check_record", ["sending_id"], unique=True)
    _create_late_check()
    _create_upload()


def downgrade() -> None:
    for table in ("upload_part", "upload", "late_check"):
        op.drop_table(table)
    op.drop_index("ix__check_record__sending_id", "check_record")
    op.drop_column("check_record", "finished_at")
    op.drop_column("check_record", "sending_id")


def _create_late_check() -> None:
    op.create_table(
        "late_check",
        sa.Column("id", Id, nullable=False),
        sa.Column("task_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("checklist_version", sa.Integer(), nullable=False),
        sa.Column("answers", JsonDocument, nullable=False),
        sa.Column("photos", JsonDocument, nullable=False),
        sa.Column("notes", JsonDocument, nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__late_check"),
    )
    op.create_index("ix__late_check__task_id", "late_check", ["task_id", "id"])


def _create_upload() -> None:
    op.create_table(
        "upload",
        sa.Column("id", Id, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("part_bytes", sa.Integer(), nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("accuracy", sa.Float()),
        sa.Column("attachment_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk__upload"),
    )
    op.create_index("ix__upload__author", "upload", ["author", "attachment_id"])
    op.create_table(
        "upload_part",
        sa.Column("upload_id", Id, nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "offset", name="pk__upload_part"),
    )
