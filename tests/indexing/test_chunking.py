from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.chunking import Chunk, split
from indexing.text import clean

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
SENTENCE = "客服代表应当在通话中核对号码与地址并记录用户描述的现象。"  # 28 characters

PARTS = st.sampled_from(
    [
        "投诉", "用户反映断线", "。", "！", "；", "\n", "\n\n", "，", " ",
        "2.5km", "10,000", "7*24小时",
        "“请您稍等。我马上查询。”", "《办法。暂行》", "{客户姓名}", "第三条 ",
        "一、", "（二）", "1.", "1.2", "(3)",
        "•", "、", "查询处理.查询用户", "\r\n", "AbcDef", "“", "《", "{", "?", "；）",
    ]
)  # fmt: skip
HEADINGS = st.sampled_from(["# 总则\n", "## 受理\n", "### 核查 #\n", "一、定级\n", "1. 回访\n"])
BODIES = st.lists(PARTS, max_size=60).map("".join)
DOCUMENTS = st.lists(st.tuples(HEADINGS, BODIES), max_size=5).map(
    lambda pairs: "\n".join(h + b for h, b in pairs)
)


def check_order(text: str, chunks: list[Chunk], start: int = 0) -> None:
    assert all(c.text == text[c.start : c.end] for c in chunks)
    assert all(c.text == c.text.strip() != "" for c in chunks)
    assert all(a.end <= b.start for a, b in pairwise(chunks))
    assert all(c.start >= start for c in chunks)


def uncovered(text: str, chunks: list[Chunk]) -> str:
    rest = list(text)
    for chunk in chunks:
        rest[chunk.start : chunk.end] = "\n" * (chunk.end - chunk.start)
    return "".join(rest)


def test_white_space_has_no_passages():
    assert split("") == []
    assert split(" \n\u3000\n") == []


def test_a_short_text_is_one_passage():
    assert split("\n用户投诉断线。\n") == [Chunk((), 1, 8, "用户投诉断线。")]


def test_markdown_headings_become_the_path_of_what_is_below():
    text = "# 网络投诉\n总述。\n## 弱覆盖\n先查告警。\n## 断站\n先查断站。\n# 资费\n核对账单。\n"
    assert [(c.heading, c.text) for c in split(text)] == [
        (("网络投诉",), "总述。"),
        (("网络投诉", "弱覆盖"), "先查告警。"),
        (("网络投诉", "断站"), "先查断站。"),
        (("资费",), "核对账单。"),
    ]


def test_numbered_headings_nest_below_markdown_ones():
    text = (
        "# 手册\n第一章 总则\n一、受理\n（一）热线\n登记号码。\n"
        "（二）网厅\n登记截图。\n二、核查\n查询详单。"
    )
    assert [(c.heading, c.text) for c in split(text)] == [
        (("手册", "第一章 总则", "一、受理", "（一）热线"), "登记号码。"),
        (("手册", "第一章 总则", "一、受理", "（二）网厅"), "登记截图。"),
        (("手册", "第一章 总则", "二、核查"), "查询详单。"),
    ]


def test_list_items_are_text_and_not_headings():
    text = "# 步骤\n1. 询问号码\n2. 核对套餐\n3. 约定回访\n完成后归档。"
    assert [(c.heading, c.text) for c in split(text)] == [
        (("步骤",), "1. 询问号码\n2. 核对套餐\n3. 约定回访\n完成后归档。")
    ]


def test_an_empty_section_is_not_lost():
    text = "# 甲\n## 待补\n## 乙\n正文。"
    assert [(c.heading, c.text) for c in split(text)] == [
        (("甲",), "## 待补"),
        (("甲", "乙"), "正文。"),
    ]


def test_a_text_of_headings_only_is_one_passage():
    text = "# 总则\n## 受理\n## 回访\n"
    assert split(text) == [Chunk((), 0, len(text) - 1, text.strip())]


def test_small_neighbours_are_packed_up_to_the_limit():
    chunks = split(SENTENCE * 10, max_chars=100, min_chars=20)
    assert [len(c.text) for c in chunks] == [84, 84, 84, 28]


def test_a_small_rest_takes_a_sentence_from_its_neighbour():
    chunks = split(SENTENCE * 10, max_chars=100, min_chars=40)
    assert [len(c.text) for c in chunks] == [84, 84, 56, 56]


def test_whole_paragraphs_stay_together_where_they_fit():
    text = f"{SENTENCE * 2}\n\n{SENTENCE * 2}\n\n{SENTENCE}"
    chunks = split(text, max_chars=100, min_chars=40)
    assert [c.text for c in chunks] == [SENTENCE * 2, f"{SENTENCE * 2}\n\n{SENTENCE}"]


def test_a_document_of_one_long_line_is_cut_at_its_sentences():
    text = SENTENCE * 200
    chunks = split(text)
    assert {len(c.text) % len(SENTENCE) for c in chunks} == {0}
    assert sum(len(c.text) for c in chunks) == len(text)


def test_clauses_within_a_line_open_passages():
    text = f"要求如下：一、{SENTENCE * 3}二、{SENTENCE * 3}第三条{SENTENCE * 3}（四）{SENTENCE * 3}"
    starts = [c.text[:4] for c in split(text, max_chars=100)]
    assert starts == ["要求如下", "二、客服", "第三条客", "（四）客"]


@pytest.mark.parametrize(
    "unit",
    [
        "2.5",
        "10,000",
        "7*24",
        "192.0.2.117",
        "{客户姓名}",
        "“好。我马上查！”",
        "《办法；试行》",
        "「稍等。」",
    ],
)
@pytest.mark.parametrize("before", range(28, 42))
def test_numbers_quotations_and_slots_are_never_cut(unit: str, before: int):
    text = "测" * before + unit + "试" * 60
    chunks = split(text, max_chars=40, min_chars=1)
    assert any(unit in c.text for c in chunks)
    assert all(len(c.text) <= 40 for c in chunks)


def test_a_quotation_longer_than_the_limit_is_cut_inside():
    chunks = split(f"“{SENTENCE * 5}”", max_chars=60, min_chars=1)
    assert all(len(c.text) <= 60 for c in chunks)


def test_a_unit_longer_than_the_limit_stays_whole():
    number = "1" * 50
    chunks = split(f"编号为{number}的工单。", max_chars=20, min_chars=1)
    assert [c.text for c in chunks] == ["编号为", number, "的工单。"]


def test_offsets_count_from_the_start_of_the_whole_text():
    text = "---\nid: C-1\n---\n# 标题\n正文一。\n尾注"
    begin, end = text.index("#"), text.index("尾注")
    (chunk,) = split(text, start=begin, end=end)
    assert chunk == Chunk(("标题",), text.index("正文"), text.index("正文") + 4, "正文一。")


@settings(max_examples=150, deadline=None)
@given(text=BODIES, max_chars=st.integers(10, 60), min_chars=st.integers(1, 10))
def test_no_character_is_lost_or_doubled(text: str, max_chars: int, min_chars: int):
    chunks = split(text, max_chars=max_chars, min_chars=min_chars)
    check_order(text, chunks)
    headings = {title for c in chunks for title in c.heading}
    left = [line.strip() for line in uncovered(text, chunks).splitlines() if line.strip()]
    assert set(left) <= headings
    ascii_run = re.compile(r"[!-~]+")  # a number or a Latin word is one unit
    assert all(len(c.text) <= max_chars or ascii_run.fullmatch(c.text) for c in chunks)


@settings(max_examples=150, deadline=None)
@given(text=DOCUMENTS)
def test_only_heading_lines_lie_outside_the_passages(text: str):
    chunks = split(text, max_chars=80, min_chars=20)
    check_order(text, chunks)
    headings = {title for c in chunks for title in c.heading}
    for line in uncovered(text, chunks).splitlines():
        if line.strip():
            assert line.strip().strip("# ") in headings


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.sampled_from("投诉处理。；，！\n 一二、1.“”"), max_size=400))
def test_no_passage_of_plain_text_exceeds_the_limit(text: str):
    chunks = split(text, max_chars=50, min_chars=10)
    check_order(text, chunks)
    assert all(len(c.text) <= 50 or c.text.strip("1.") == "" for c in chunks)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not at hand")
@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.txt")), ids=lambda p: p.stem)
def test_corpus_files_become_passages_without_loss(path: Path):
    text = clean(path.read_text(encoding="utf-8")).text
    chunks = split(text)
    check_order(text, chunks)
    assert all(len(c.text) <= 240 for c in chunks)
    headings = {title for c in chunks for title in c.heading}
    left = {line.strip() for line in uncovered(text, chunks).splitlines() if line.strip()}
    assert left <= headings
