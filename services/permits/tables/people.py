"""People of enterprises, without names: who works where, what they may do, and their certificates (numbers sealed)."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table, Text

from services.permits.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

NUMBER = "certificate.number"  # the field to which the vault binds it

person = Table(  # as the register tells; the newest sequence wins
    "person",
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("enterprise_id", Id, nullable=False),
    Column("posts", JsonDocument, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("joined_on", Date),
    Column("left_on", Date),
)
Index("ix__person__enterprise_id", person.c.enterprise_id, person.c.person_id)
Index("ix__person__account_id", person.c.account_id)

fitness = Table(  # kinds of work for which a doctor found somebody unfit; why is nobody's business
    "fitness",
    metadata,
    Column("person_id", Id, primary_key=True),
    Column("unfit_for", JsonDocument, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

certificate = Table(
    "certificate",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("sealed_number", Text, nullable=False),  # often the number of the identity card
    Column("authority", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("review_by", Date),
    Column("source", Text, nullable=False),  # enterprise or training
    Column("sequence", BigInteger, nullable=False),  # of training's events; 0 for what the enterprise entered
    Column("query", Text, nullable=False),
    Column("queried_at", UtcDateTime),
    Column("photo_id", Id),
    Column("ended_on", Date),
    Column("ended_why", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)
Index("ix__certificate__person_id", certificate.c.person_id, certificate.c.id)

mandate = Table(  # a role of the chain that somebody got in writing
    "mandate",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, nullable=False),
    Column("role", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("letter_id", Id),
    Column("given_by", Text, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", Text, nullable=False),
)
Index("ix__mandate__person_id", mandate.c.person_id, mandate.c.id)
