"""Surveys: what somebody saw at the gate, when and where."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from services.registry.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

survey = Table(
    "survey",
    metadata,
    Column("id", Id, primary_key=True),  # given by the phone, so that sending it again doubles nothing
    Column("enterprise_id", Id, nullable=False),
    Column("digest", Text, nullable=False),  # of the content as it was sent
    Column("outcome", Text, nullable=False),  # exists | moved | closed
    Column("surveyed_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("accuracy", Float),  # metres
    Column("headcount", Integer),
    Column("answers", JsonDocument, nullable=False),
    Column("facts", JsonDocument, nullable=False),
    Column("moved_to", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("photo_id", Id),
)
Index("ix__survey__enterprise_id", survey.c.enterprise_id, survey.c.surveyed_at)
