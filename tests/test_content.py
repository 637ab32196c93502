"""The shipped content keeps its promises; a failure names file and line."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from cases.categories import load_categories
from cases.record import SECTIONS, CaseHeader, read_case, sections
from desk.opening import open_masker
from indexing.frontmatter import YamlText
from kb.checking import Checker, read_phrases
from kb.policy import read_policy
from kb.slots import fill
from kb.wording import read_wording
from tests.kb.test_checking import Bigrams

ROOT = Path(__file__).parents[1]
CASES = sorted((ROOT / "cases" / "library").rglob("*.md"))
POLICIES = sorted((ROOT / "kb" / "policies").rglob("*.md"))
WORDINGS = sorted((ROOT / "kb" / "wording").rglob("*.yaml"))
TODAY = date(2026, 11, 23)
OLDEST = date(2000, 1, 1)  # the Telecommunications Regulations, the oldest source, are of that year
ALIKE = 65  # of 100: complaints of unrelated cases share fewer characters
ALIKE_ON_PURPOSE = 85  # and of contrasting ones
DAY = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})日")
FILLED = {
    "text": "系统升级后重新核实",
    "date": "2026-12-01",
    "datetime": "12月1日18:00",
    "phone": "0551-65551234",
    "number": "30",
    "ip": "10.1.1.1",
    "domain": "example.com",
    "money": "30元",
}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def ids(paths: list[Path]) -> set[str]:
    return {path.stem for path in paths}


def name_of(path: Path) -> str:
    return path.name


@pytest.fixture(scope="module")
def headers() -> dict[str, CaseHeader]:
    return {path.stem: read_case(text_of(path), path.name)[0] for path in CASES}


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(Bigrams(), phrases=read_phrases())


def dangling(header: CaseHeader, yaml_text: YamlText) -> list[str]:
    """Say of each link that leads nowhere in which file and line it stands."""
    links: list[tuple[tuple[str | int, ...], str, set[str]]] = [
        *((("policies", n), one, ids(POLICIES)) for n, one in enumerate(header.policies)),
        *((("wording", n), one, ids(WORDINGS)) for n, one in enumerate(header.wording)),
        *(
            (("contrasts", n, "case"), one.case, ids(CASES) - {header.id})
            for n, one in enumerate(header.contrasts)
        ),
    ]
    return [
        f"{yaml_text.name} 第{yaml_text.line_of(where)}行：没有编号为 {one} 的内容。"
        for where, one, known in links
        if one not in known
    ]


def unreal_days(text: str, name: str) -> list[str]:
    """Say of each day that no calendar has in which file and line it stands."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        for month, day in DAY.findall(line):
            try:
                date(2024, int(month), int(day))
            except ValueError:
                found.append(f"{name} 第{number}行：没有{month}月{day}日。")
    return found


def test_there_is_enough_to_begin_with():
    assert len(CASES) >= 160
    assert len(POLICIES) >= 30
    assert len(WORDINGS) >= 80


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_a_case_parses_and_its_links_resolve(path: Path):
    header, yaml_text = read_case(text_of(path), path.name)
    assert header.id == path.stem
    assert header.category in load_categories()
    assert dangling(header, yaml_text) == []
    assert header.effective_from is None or OLDEST <= header.effective_from <= TODAY
    said = sections(text_of(path)[yaml_text.end :])
    assert tuple(said) == SECTIONS
    assert {name: text for name, text in said.items() if len(text) < 10} == {}


@pytest.mark.parametrize("path", POLICIES, ids=name_of)
def test_a_policy_parses_and_its_figures_have_a_source(path: Path):
    header, _ = read_policy(text_of(path), path.name)
    assert header.id == path.stem
    assert header.category in load_categories()
    assert header.issuer
    assert header.source
    assert OLDEST <= header.effective_from <= TODAY
    for figure in header.figures:
        assert figure.source, figure.what
        assert figure.effective_from is None or OLDEST <= figure.effective_from <= TODAY


@pytest.mark.parametrize("path", WORDINGS, ids=name_of)
def test_a_wording_parses_and_passes_its_own_check(path: Path, checker: Checker):
    wording, yaml_text = read_wording(text_of(path), path.name)
    assert wording.id == path.stem
    assert wording.category in load_categories()
    assert wording.on(TODAY)
    for number, version in enumerate(wording.versions):
        where = f"{path.name} 第{yaml_text.line_of(('versions', number))}行"
        assert OLDEST <= version.valid_from <= TODAY, where
        values = {name: FILLED[slot.kind] for name, slot in version.slots.items()}
        report = checker.check(
            wording,
            fill(version.text, version.slots, values),
            max(version.valid_from, min(version.valid_until or TODAY, TODAY)),
        )
        unsaid = [point.id for point in report.points if point.status != "said"]
        assert (report.passed, unsaid, report.forbidden) == (True, [], ()), where


def test_every_category_has_two_cases(headers: dict[str, CaseHeader]):
    many = Counter(header.category for header in headers.values())
    assert [name for name in load_categories().all if many[name] < 2] == []


def test_contrasting_cases_name_each_other_and_the_deciding_detail(headers: dict[str, CaseHeader]):
    links = {(one, link.case): link.detail for one, h in headers.items() for link in h.contrasts}
    assert [(a, b) for a, b in links if (b, a) not in links] == []
    assert {link: detail for link, detail in links.items() if len(detail) < 8} == {}
    assert len(links) / 2 >= 25


def test_no_two_cases_describe_the_same(headers: dict[str, CaseHeader]):
    told = {path.stem: sections(text_of(path))["投诉描述"] for path in CASES}
    contrasts = {(one, link.case) for one, h in headers.items() for link in h.contrasts}
    twins = [
        (a, b)
        for a, b in combinations(told, 2)
        if fuzz.ratio(told[a], told[b]) > (ALIKE_ON_PURPOSE if (a, b) in contrasts else ALIKE)
    ]
    assert twins == []


@pytest.mark.parametrize("path", CASES + POLICIES + WORDINGS, ids=name_of)
def test_content_holds_no_personal_data_and_no_unreal_day(path: Path):
    text = text_of(path)
    found = [
        f"{path.name} 第{text.count(chr(10), 0, span.start) + 1}行：{span.kind}"
        for span in open_masker().mask(text).spans
    ]
    assert found + unreal_days(text, path.name) == []


def test_a_dangling_link_is_named_with_file_and_line():
    path = CASES[0]
    text = text_of(path)
    line = next(n for n, said in enumerate(text.splitlines(), 1) if said.startswith("policies:"))
    broken = re.sub(r"(?m)^policies: .*$", "policies: [P-NONE-1]", text)
    header, yaml_text = read_case(broken, path.name)
    assert dangling(header, yaml_text) == [f"{path.name} 第{line}行：没有编号为 P-NONE-1 的内容。"]


def test_an_unreal_day_is_named_with_file_and_line():
    assert unreal_days("一\n二，2月30日前处理", "C-1.md") == ["C-1.md 第2行：没有2月30日。"]
