"""Browsing: a catalogue card for each record, and one more for each of its tags.

A card repeats what the facets and the search box look at, in one index that answers alone: no
query here reads a record's text, and none joins. See `benchmarks/library_page.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, insert, select, update

from indexing.records import Record
from indexing.store.reading import record_of
from indexing.store.schema import cards, records

# Counted together in one pass: the combinations of a group stay few whatever the library holds.
GROUPS = (("kind", "status", "category", "urgency"), ("channel", "cause", "year"))
FACETS = tuple(facet for group in GROUPS for facet in group)
TAG = "tag"
_SORTED_BY = ("since", "urgency", "words")
TAGS_SHOWN = 60
MAX_WORDS = 400  # characters of a card's title, id and tags that are searched

Counts = dict[str, dict[str, int]]


class Order(StrEnum):
    """How the records on a shelf are sorted."""

    NEWEST = "newest"
    TITLE = "title"
    ID = "id"
    URGENCY = "urgency"


@dataclass(frozen=True)
class Selection:
    """What was chosen: values by facet; a facet without any takes all.

    Each of ``words`` must stand in title, id or tags. ``grades`` are the urgencies, most urgent
    first. ``page`` counts from 1.
    """

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: Order = Order.NEWEST
    grades: tuple[str, ...] = ()
    page: int = 1
    page_size: int = 20

    def of(self, facet: str) -> tuple[str, ...]:
        """Return the values chosen of ``facet``."""
        return self.chosen.get(facet, ())


@dataclass(frozen=True)
class Shelf:
    """One page of the chosen records, without passages, and the facets' counts.

    ``counts[facet][value]`` is how many records there would be with that value chosen and the other
    facets as they are. A value that is missing counts under the empty string.
    """

    total: int
    counts: Counts
    records: tuple[Record, ...]


def put_cards(connection: Connection, values: dict[str, Any]) -> None:
    """Write the cards of the record that ``values``, a row of ``records``, holds."""
    connection.execute(insert(cards), cards_of(values))


def remove_cards(connection: Connection, record_id: str) -> None:
    """Take away the cards of a record."""
    connection.execute(delete(cards).where(cards.c.record_id == record_id))


def cards_of(values: dict[str, Any]) -> list[dict[str, str]]:
    """Return a record's cards: the first has no tag."""
    meta = values["meta"]
    tags = list(dict.fromkeys(str(tag)[:64] for tag in meta.get("tags", []) if tag))
    since = str(values["valid_from"] or "")
    card = {
        "record_id": values["id"],
        "kind": values["kind"],
        "status": values["status"],
        "category": values["category"] or "",
        "urgency": values["urgency"] or "",
        "channel": str(meta.get("channel") or "")[:64],
        "cause": str(meta.get("cause") or "")[:64],
        "year": since[:4],
        "since": since,
        "words": "\n".join([values["title"], values["id"], *tags]).lower()[:MAX_WORDS],
    }
    return [card | {"tag": tag} for tag in ["", *tags]]


def mark_cards(connection: Connection, record_id: str, status: str) -> None:
    """Write a record's new status on its cards."""
    changed = update(cards).where(cards.c.record_id == record_id).values(status=status)
    connection.execute(changed)


def browse(connection: Connection, selection: Selection) -> Shelf:
    """Return the chosen page and the facets' counts."""
    counts: Counts = {}
    total = 0
    for group in GROUPS:
        total, some = _counts(connection, selection, group)
        counts |= some
    counts[TAG] = _tag_counts(connection, selection)
    return Shelf(total, counts, page(connection, selection))


def page(connection: Connection, selection: Selection) -> tuple[Record, ...]:
    """Return the chosen page alone."""
    ids = connection.execute(_page(selection)).scalars().all()
    rows = connection.execute(select(records).where(records.c.id.in_(ids)))
    found = {row.id: record_of(row, ()) for row in rows}
    return tuple(found[one] for one in ids)


def _counts(
    connection: Connection, selection: Selection, group: tuple[str, ...]
) -> tuple[int, Counts]:
    """Count the combinations of a group's values in one pass, then sum them up facet by facet."""
    columns = [cards.c[facet] for facet in group]
    # A record with two of the chosen tags has two cards here.
    many = func.count(cards.c.record_id.distinct()) if len(selection.of(TAG)) > 1 else func.count()
    query = _one_each(select(*columns, many), selection).group_by(*columns)
    query = _chosen(query, selection, [facet for facet in FACETS if facet not in group])
    wanted = [frozenset(selection.of(facet)) for facet in group]
    sums: list[Counter[str]] = [Counter() for _ in group]
    total = 0
    for *values, number in connection.execute(query):
        misses = [
            place for place, chosen in enumerate(wanted) if chosen and values[place] not in chosen
        ]
        if not misses:
            total += number
        for place in range(len(group)):
            if not misses or misses == [place]:
                sums[place][values[place]] += number
    return total, {facet: dict(sums[place].most_common()) for place, facet in enumerate(group)}


def _tag_counts(connection: Connection, selection: Selection) -> dict[str, int]:
    many = func.count()
    query = _worded(select(cards.c.tag, many).where(cards.c.tag > ""), selection)
    query = _chosen(query, selection).group_by(cards.c.tag)
    query = query.order_by(many.desc(), cards.c.tag).limit(TAGS_SHOWN)
    return {row[0]: row[1] for row in connection.execute(query)}


def _page(selection: Selection) -> Select[Any]:
    query = _chosen(_one_each(select(cards.c.record_id), selection), selection)
    if len(selection.of(TAG)) > 1:
        query = query.group_by(*(cards.c[name] for name in ("record_id", *_SORTED_BY)))
    query = query.order_by(*_ordering(selection), cards.c.record_id)
    first = (max(selection.page, 1) - 1) * selection.page_size
    return query.offset(first).limit(selection.page_size)


def _ordering(selection: Selection) -> Sequence[Any]:
    match selection.order:
        case Order.NEWEST:
            return [cards.c.since.desc()]
        case Order.TITLE:
            return [cards.c.words]
        case Order.URGENCY if selection.grades:
            places = {grade: place for place, grade in enumerate(selection.grades)}
            rank = case(places, value=cards.c.urgency, else_=len(places))
            return [rank, cards.c.since.desc()]
        case _:
            return []


def _one_each(query: Select[Any], selection: Selection) -> Select[Any]:
    """Take one card a record, or one for each chosen tag that the record has."""
    return _worded(query.where(cards.c.tag.in_(selection.of(TAG) or ("",))), selection)


def _worded(query: Select[Any], selection: Selection) -> Select[Any]:
    for word in selection.words.lower().split():
        query = query.where(cards.c.words.contains(word, autoescape=True))
    return query


def _chosen(
    query: Select[Any], selection: Selection, facets: Sequence[str] = FACETS
) -> Select[Any]:
    for facet in facets:
        if values := selection.of(facet):
            query = query.where(cards.c[facet].in_(values))
    return query
