"""The shipped content keeps its promises; a failure names the file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from cases.categories import load_categories
from cases.record import read_case, sections
from desk.opening import open_masker
from kb.policy import read_policy
from kb.wording import SLOT, read_wording

ROOT = Path(__file__).parents[1]
CASES = sorted((ROOT / "cases" / "library").rglob("*.md"))
POLICIES = sorted((ROOT / "kb" / "policies").rglob("*.md"))
WORDINGS = sorted((ROOT / "kb" / "wording").rglob("*.yaml"))
TODAY = date(2026, 11, 23)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_there_is_enough_to_begin_with():
    assert len(CASES) >= 30
    assert len(POLICIES) >= 12
    assert len(WORDINGS) >= 15


@pytest.mark.parametrize("path", CASES, ids=names(CASES))
def test_a_case_parses_and_its_links_resolve(path: Path):
    header, yaml_text = read_case(text_of(path), path.name)
    assert header.id == path.stem
    assert header.category in load_categories()
    assert set(header.policies) <= {p.stem for p in POLICIES}
    assert set(header.wording) <= {p.stem for p in WORDINGS}
    assert {contrast.case for contrast in header.contrasts} <= {p.stem for p in CASES}
    assert all(len(said) >= 10 for said in sections(text_of(path)[yaml_text.end :]).values())


@pytest.mark.parametrize("path", POLICIES, ids=names(POLICIES))
def test_a_policy_parses(path: Path):
    header, _ = read_policy(text_of(path), path.name)
    assert header.id == path.stem
    assert header.category in load_categories()
    assert header.effective_from <= TODAY


@pytest.mark.parametrize("path", WORDINGS, ids=names(WORDINGS))
def test_a_wording_parses_and_says_its_own_points(path: Path):
    wording, _ = read_wording(text_of(path), path.name)
    assert wording.id == path.stem
    assert wording.category in load_categories()
    assert wording.on(TODAY)
    for version in wording.versions:
        said = SLOT.sub("", version.text)
        for point in version.points:
            assert any(phrase in said for phrase in point.say), (version.version, point.id)
        for phrase in version.forbidden:
            assert phrase.phrase not in version.text


def test_every_category_has_a_case():
    covered = {read_case(text_of(path), path.name)[0].category for path in CASES}
    assert set(load_categories().all) - covered == set()


def test_no_two_cases_describe_the_same():
    described = {}
    for path in CASES:
        text = text_of(path)
        described[path.stem] = sections(text[read_case(text, path.name)[1].end :])["投诉描述"]
    twins = [
        (a, b)
        for a in described
        for b in described
        if a < b and fuzz.ratio(described[a], described[b]) > 85
    ]
    assert twins == []


@pytest.mark.parametrize("path", CASES + POLICIES + WORDINGS, ids=lambda path: path.name)
def test_content_holds_no_personal_data(path: Path):
    text = text_of(path)
    found = open_masker().mask(text).spans
    assert [(span.kind, text[span.start : span.end]) for span in found] == []
