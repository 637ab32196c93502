from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import cases
import kb
from cases.drills import DrillCase, Material, QuestionKind, Scope, Tally, make_paper, mark
from cases.drills.choices import causes
from cases.drills.flaws import flaws, said
from cases.drills.marking import add_up, weak_categories
from cases.drills.material import gives_away
from cases.drills.values import choices_for, same_value
from cases.record import read_case, sections
from indexing.errors import InputError, NotFoundError
from kb.checking.points import point_rules
from kb.checking.rules import default_rules
from kb.slots import problem
from kb.wording import Slot, read_wording

DAY = date(2026, 12, 1)
KINDS = ["辨原因", "定级与时限", "选口径", "找缺漏", "填空位"]


def read(path: Path) -> DrillCase:
    text = path.read_text(encoding="utf-8")
    header, _ = read_case(text, path.name)
    told = sections(text)
    return DrillCase(
        header.id,
        header.title,
        header.category,
        header.urgency,
        told["投诉描述"],
        told.get("原因", ""),
        told.get("启示", ""),
        tuple(header.contrasts),
        tuple(header.wording),
    )


@pytest.fixture(scope="module")
def material() -> Material:
    library = Path(cases.__file__).parent / "library"
    wording = Path(kb.__file__).parent / "wording"
    files = wording.glob("*.yaml")
    return Material.of(
        [read(path) for path in library.glob("*.md")],
        [read_wording(path.read_text(encoding="utf-8"), path.name)[0] for path in files],
        DAY,
    )


def test_the_same_seed_gives_the_same_paper_whatever_the_order_of_the_library(material):
    mixed = Material.of(reversed(material.cases), reversed(material.wordings), DAY)
    one, other = (make_paper(m, Scope(("N",)), 7, 15) for m in (material, mixed))
    assert one == other
    assert make_paper(material, Scope(("N",)), 8, 15).id != one.id


def test_a_paper_changes_its_id_with_its_content(material):
    paper = make_paper(material, Scope(), 7, 5)
    asked = paper.questions[0].source
    edited = tuple(replace(c, lesson="换了。") if c.id == asked else c for c in material.cases)
    assert make_paper(replace(material, cases=edited), Scope(), 7, 5).id != paper.id


def test_the_kinds_take_turns_and_no_record_is_asked_about_twice(material):
    paper = make_paper(material, Scope(), 1, 50)
    assert [question.kind.value for question in paper.questions[:5]] == KINDS
    assert Counter(q.kind.value for q in paper.questions) == dict.fromkeys(KINDS, 10)
    assert len({question.source for question in paper.questions}) == 50


def test_a_stem_never_holds_the_answer_over_300_seeds(material):
    titles = {case.id: case.title for case in material.cases}
    for seed in range(300):
        for question in make_paper(material, Scope(), seed, 8).questions:
            if question.kind is QuestionKind.BLANKS:
                assert all(blank.value in question.stem for blank in question.blanks)
                assert all(blank.value not in question.form for blank in question.blanks)
                continue
            assert question.options.count(question.right) == 1
            assert len(set(question.options)) == len(question.options)
            assert not gives_away(question.stem, question.right.removesuffix("口径"))
            if question.kind is QuestionKind.CAUSE:
                assert not gives_away(question.stem, titles[question.source])


def test_a_cause_stands_beside_that_of_the_contrasting_case(material):
    by_id = {case.id: case for case in material.cases}
    asked = causes(material, Scope(("N",)), random.Random(3))
    question = next(question for question in asked if question.source == "C-NET-0007")
    assert question.right == by_id["C-NET-0007"].cause
    assert by_id["C-NET-0008"].cause in question.options
    assert "对照案例 C-NET-0008 从来就弱、周边无告警是覆盖空白" in question.lesson


def test_a_flawed_reply_misses_exactly_the_point_that_is_asked(material):
    wordings = {wording.id: wording for wording in material.wordings}
    asked = list(flaws(material, Scope(("N", "F")), random.Random(2)))
    assert len(asked) > 100
    for question in asked:
        version = wordings[question.source].on(DAY)
        made = said(question.stem, point_rules(version, default_rules()))
        missing = [point.label for point in version.points if point.id not in made]
        assert missing == [question.right]


def test_points_that_replies_miss_come_up_earlier(material):
    focus = {("W-NET-003", p.id) for w in material.wordings for p in w.on(DAY).points}

    def first(wanted) -> int:
        orders = (flaws(material, Scope(("N",)), random.Random(s), wanted) for s in range(40))
        return sum(next(order).source == "W-NET-003" for order in orders)

    assert first(focus) > 2 * first(())


def test_every_blank_of_the_shipped_wordings_has_sensible_values(material):
    slots = [s for w in material.wordings for s in w.on(DAY).slots.values()]
    assert [slot.label for slot in slots if not choices_for(slot)] == []
    assert [problem(s, v) for s in slots for v in choices_for(s) if problem(s, v)] == []


@pytest.mark.parametrize(
    ("kind", "a", "b", "same"),
    [
        ("datetime", "12月3日18:00", "12月3日下午6点", True),
        ("datetime", "12月3日18:00", "12月3日8:00", False),
        ("date", "12月3日", "2026-12-03", True),
        ("money", "1,280元", "￥1280", True),
        ("money", "36.5元", "365元", False),
        ("number", "35%", "35", False),
        ("phone", "010-00000001", "01000000001", True),
        ("text", "城东 营业厅", "城东营业厅。", True),
        ("date", "", "12月3日", False),
    ],
)
def test_values_are_the_same_in_whatever_way_they_are_written(kind, a, b, same):
    assert same_value(Slot(label="值", kind=kind), a, b) is same


def test_a_perfect_paper_and_an_empty_one(material):
    paper = make_paper(material, Scope(), 5, 10)
    perfect = {
        number: {b.name: b.value for b in q.blanks} if q.blanks else q.right
        for number, q in enumerate(paper.questions, 1)
    }
    assert mark(paper, perfect).score == 1.0
    assert mark(paper, perfect).weak == ()
    nothing = mark(paper, {})
    assert nothing.score == 0.0
    assert len(nothing.weak) == len({q.category for q in paper.questions})
    assert [m.right for m in nothing.marks if not m.problems] == [
        q.right for q in paper.questions if q.options
    ]


def test_blanks_earn_their_share_and_say_what_is_wrong(material):
    paper = make_paper(material, Scope(), 5, 5)
    [(number, question)] = [(n, q) for n, q in enumerate(paper.questions, 1) if q.blanks]
    values = {b.name: b.value for b in question.blanks}
    values[question.blanks[0].name] = "待定"
    given = mark(paper, {number: values}).marks[number - 1]
    assert given.points == pytest.approx(1 - 1 / len(question.blanks))
    label = question.blanks[0].slot.label
    assert given.problems == (f"“{label}”填的“待定”没有实际内容。",)


def test_categories_below_seven_tenths_are_weak_the_weakest_first():
    tallies = add_up([Tally("N/漫游", 1, 2), Tally("B/断网", 0, 1), Tally("N/漫游", 1, 1)])
    assert tallies == (Tally("B/断网", 0, 1), Tally("N/漫游", 2, 3))
    assert [t.category for t in weak_categories((*tallies, Tally("F/退费", 7, 10)))] == [
        "B/断网",
        "N/漫游",
    ]


def test_a_scope_takes_classes_categories_and_urgencies(material):
    paper = make_paper(material, Scope(("B",), ("特急",)), 1, 6)
    assert {question.category.split("/")[0] for question in paper.questions} == {"B"}
    graded = [q for q in paper.questions if q.kind is QuestionKind.URGENCY]
    assert {q.right for q in graded} == {"特急：立即处理、上报并启动应急预案"}


def test_what_cannot_be_made_is_refused(material):
    with pytest.raises(InputError, match="题数 0 不在 1 到 50 之间"):
        make_paper(material, Scope(), 1, 0)
    with pytest.raises(NotFoundError, match="没有可以出题的案例或口径"):
        make_paper(material, Scope(("没有这一类",)), 1, 5)
