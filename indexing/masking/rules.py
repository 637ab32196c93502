"""The word lists of the masking rules, read from the package's data folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class PersonRules:
    """What introduces, follows and rules out a name."""

    fields: tuple[str, ...]
    cues: tuple[str, ...]
    weak_cues: frozenset[str]
    titles: tuple[str, ...]
    office_titles: frozenset[str]
    followers: tuple[str, ...]
    not_last: frozenset[str]
    not_given: frozenset[str]
    doubtful: frozenset[str]
    transliteration: frozenset[str]
    function: frozenset[str]
    common: frozenset[str]
    surnames: frozenset[str]
    lookalikes: frozenset[str]


@dataclass(frozen=True)
class AddressRules:
    """What an address is made of and where it can begin."""

    roads: tuple[str, ...]
    not_roads: tuple[str, ...]
    estates: tuple[str, ...]
    places: tuple[str, ...]
    cues: tuple[str, ...]
    stops: frozenset[str]
    provinces: frozenset[str]
    cities: frozenset[str]


@dataclass(frozen=True)
class Rules:
    """Everything the masker reads from data."""

    person: PersonRules
    address: AddressRules
    keep: frozenset[str]


@cache
def load_rules() -> Rules:
    """Read the built-in rules once."""
    words = yaml.safe_load((_DATA / "words.yaml").read_text(encoding="utf-8"))
    return Rules(
        person=_person_rules(words["person"]),
        address=_address_rules(words["address"]),
        keep=frozenset(_words("keep.txt")),
    )


def alternatives(words: Iterable[str]) -> str:
    """Return a regular expression for any of ``words``, the longest first.

    >>> alternatives(["路", "大道"])
    '大道|路'
    """
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda w: (-len(w), w)))


def _person_rules(words: dict[str, list[str]]) -> PersonRules:
    single, *compound = _words("surnames.txt")
    return PersonRules(
        fields=tuple(words["fields"]),
        cues=tuple(words["cues"]),
        weak_cues=frozenset(words["weak_cues"]),
        titles=tuple(words["titles"]),
        office_titles=frozenset(words["office_titles"]),
        followers=tuple(words["followers"]),
        not_last=frozenset(words["not_last"]),
        not_given=frozenset(words["not_given"]),
        doubtful=frozenset(words["doubtful"]),
        transliteration=frozenset(words["transliteration"]),
        function=frozenset(words["function"]),
        common=frozenset(words["common"]),
        surnames=frozenset(single) | frozenset(compound),
        lookalikes=frozenset(_words("lookalikes.txt")),
    )


def _address_rules(words: dict[str, list[str]]) -> AddressRules:
    regions = _words("regions.txt")
    cut = regions.index("[cities]")
    return AddressRules(
        roads=tuple(words["roads"]),
        not_roads=tuple(words["not_roads"]),
        estates=tuple(words["estates"]),
        places=tuple(words["places"]),
        cues=tuple(words["cues"]),
        stops=frozenset(words["stops"]),
        provinces=frozenset(regions[1:cut]),
        cities=frozenset(regions[cut + 1 :]),
    )


def _words(name: str) -> list[str]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]
