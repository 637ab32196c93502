"""The tables of the record store, as the last step of `migrations` leaves them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

REVISION = "0006"  # of `migrations`
MAX_PARAMETERS = 500  # ids that one statement asks for

metadata = MetaData()

# One row: the generation that the last committed write made, what the vectors were made with, and a
# random mark of this line of generations: a restored store begins a line of its own.
state = Table(
    "state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("encoder", String(200), nullable=False, default=""),
    Column("tokenizer", String(200), nullable=False, default=""),
    Column("lineage", String(32), nullable=False, server_default=""),
)

records = Table(
    "records",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("category", String(64)),
    Column("urgency", String(16)),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("source", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("meta", JSON, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("mark", String(32), nullable=False, server_default=""),
    Column("generation", Integer, nullable=False),
    Column("updated_at", String(32), nullable=False),
    Index("records_by_generation", "generation"),
    Index("records_by_kind", "kind", "status", "category"),
)

passages = Table(
    "passages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("record_id", String(64), ForeignKey("records.id", ondelete="CASCADE"), nullable=False),
    Column("heading", JSON, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("source_start", Integer, nullable=False),
    Column("source_end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("part", String(32), nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("tokens", Text, nullable=False),  # space-separated: cut once, kept for every rebuild
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian, unit length
    Column("generation", Integer, nullable=False),
    Column("digest", String(32), nullable=False, server_default=""),
    Column("mark", String(32), nullable=False, server_default=""),
    Index("passages_by_record", "record_id"),
    Index("passages_by_generation", "generation"),
    sqlite_autoincrement=True,  # a passage id is never used twice
)

# Which passages left in which generation: ids only, nothing of what they said.
tombstones = Table(
    "tombstones",
    metadata,
    Column("passage_id", Integer, primary_key=True),
    Column("generation", Integer, nullable=False, index=True),
)

# Who changed what, one row a committed write and record.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("generation", Integer, nullable=False, index=True),
    Column("at", String(32), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("record_id", String(64), nullable=False, index=True),
)

# What a record was before its present content; goes when the record goes.
versions = Table(
    "versions",
    metadata,
    Column("record_id", String(64), ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("data", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
)

# What people said of the machine's work: overruled verdicts, corrected categories, drill results,
# raised warnings. Rows are added, never changed.
journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("data", JSON, nullable=False),
    Index("journal_by_subject", "kind", "subject"),
)

# The catalogue that `facets` browses: a card for each record with an empty tag, and one more for
# each tag. All of it stands in one index, so that counting never reads a record.
cards = Table(
    "cards",
    metadata,
    Column("record_id", String(64), ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("category", String(64), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("cause", String(64), nullable=False),
    Column("year", String(4), nullable=False),
    Column("since", String(10), nullable=False),
    Column("words", String(400), nullable=False),
    Index(
        "cards_by_facet",
        "tag",
        "kind",
        "status",
        "category",
        "urgency",
        "channel",
        "cause",
        "year",
        "since",
        "words",
        "record_id",
    ),
)
