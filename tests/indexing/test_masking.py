"""Masking: what must go, what must stay, and the bars on the labelled set."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from indexing.masking import Masked, Masker, MaskSpan

LABELLED = Path(__file__).parent / "data" / "masking.jsonl"
SOFT = {"person", "address"}


@pytest.fixture(scope="module")
def masker() -> Masker:
    return Masker()


@pytest.fixture(scope="module")
def labelled() -> list[dict]:
    return [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]


def read(name: str) -> list[dict]:
    """Return a set of somebody else's; without a name, our own."""
    path = LABELLED.with_stem(f"masking_{name}") if name else LABELLED
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def rates(masker: Masker, rows: list[dict], *, soft: bool) -> tuple[float, float]:
    """Return recall and precision over exact spans, of names and addresses or of the rest."""
    count: Counter[str] = Counter()
    for row in rows:
        want = {tuple(span) for span in row["spans"] if (span[2] in SOFT) == soft}
        got = {
            (span.start, span.end, span.kind)
            for span in masker.mask(row["text"]).spans
            if (span.kind in SOFT) == soft
        }
        count.update(want=len(want), got=len(got), both=len(want & got))
    return count["both"] / count["want"], count["both"] / count["got"]


def test_the_labelled_set_is_large_and_at_least_half_lookalikes(labelled):
    clean = [row for row in labelled if not row["spans"]]
    assert len(labelled) >= 400
    assert len(clean) >= len(labelled) / 2
    assert len({row["text"] for row in labelled}) == len(labelled)


def test_structured_kinds_reach_their_bars(masker, labelled):
    recall, precision = rates(masker, labelled, soft=False)
    assert recall >= 0.995
    assert precision >= 0.98


def test_names_and_addresses_reach_their_bars(masker, labelled):
    recall, precision = rates(masker, labelled, soft=True)
    assert recall >= 0.95
    assert precision >= 0.90


@pytest.mark.parametrize(
    ("name", "soft", "least"),
    [
        ("blind", False, (0.995, 0.98)),
        ("blind", True, (0.89, 0.95)),
        ("notes", False, (0.97, 0.98)),
        ("notes", True, (0.90, 0.95)),
    ],
)
def test_what_was_reached_on_the_sets_of_others_stays_reached(masker, name, soft, least):
    recall, precision = rates(masker, read(name), soft=soft)
    assert recall >= least[0]
    assert precision >= least[1]


@pytest.mark.parametrize("name", ["", "blind", "notes"])
def test_masking_keeps_the_length_and_is_idempotent(masker, name):
    for row in read(name):
        masked = masker.mask(row["text"]).text
        assert len(masked) == len(row["text"])
        assert masker.mask(masked) == Masked(masked, ())


def test_a_text_cut_off_anywhere_is_masked(masker):
    text = "请找王师傅，用户陶永福住杭州市文三路12号3栋502室，电话13812345678"
    for end in range(len(text) + 1):
        assert len(masker.mask(text[:end]).text) == end
    assert masker.mask("请找王师傅").text == "请找王**"


def test_a_mobile_keeps_its_first_digit(masker):
    text = "用户反映拨打自己手机15800002719时串线"
    masked = masker.mask(text)
    assert masked.text == "用户反映拨打自己手机1**********时串线"
    assert masked.spans == (MaskSpan(10, 21, "mobile"),)


def test_a_person_keeps_the_surname_and_an_address_its_city(masker):
    masked = masker.mask("联系人：欧阳娜娜，地址：江苏省南京市鼓楼区中山北路18号3栋")
    assert masked.text == "联系人：欧阳**，地址：江苏省南京市************"
    assert [span.kind for span in masked.spans] == ["person", "address"]


def test_glued_accounts_and_passwords_leave_nothing(masker):
    text = "账号:xx_zhangsf密码:Qw65432150017733密码:Rt445566xx_lisiyy密码:yY778899第二步"
    assert masker.mask(text).text == (
        "账号:**********密码:****************密码:*****************密码:********第二步"
    )


def test_offsets_count_invisible_characters_of_the_given_text(masker):
    masked = masker.mask("电话1580\u200b000\u200b2719。")
    assert masked.text == "电话1************。"
    assert masked.spans == (MaskSpan(2, 15, "mobile"),)


def test_every_kind_but_three_is_all_stars(masker):
    masked = masker.mask("邮箱a.b@qq.com，IP 10.0.8.15，车牌皖A12345，身份证11010519491231002X")
    assert masked.text == "邮箱**********，IP *********，车牌*******，身份证******************"


@pytest.mark.parametrize(
    "number",
    ["10086", "10000", "12300", "12315", "12580", "12593", "1008611", "13800551118", "055112580",
     "95588", "400-820-8820", "10690123456789"],
)  # fmt: skip
def test_service_numbers_stay(masker, number):
    text = f"请拨打{number}，或编辑短信到{number}"
    assert masker.mask(text) == Masked(text, ())


def test_a_caller_can_add_service_numbers():
    assert Masker(keep=["13812345678"]).mask("拨打13812345678").text == "拨打13812345678"
    assert Masker().mask("拨打13812345678").text == "拨打1**********"


def test_an_empty_text_stays_empty(masker):
    assert masker.mask("") == Masked("", ())


@pytest.mark.slow  # a figure of the machine, not of a commit
def test_ten_thousand_texts_take_under_ten_seconds(masker, labelled):
    joined = "。".join(row["text"] for row in labelled)
    texts = [joined[start : start + 200] for start in range(0, len(joined) - 200, 17)]
    begun = time.process_time()
    for text in texts:
        masker.mask(text)
    assert (time.process_time() - begun) * (10_000 / len(texts)) < 10


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "a",
        "a.",
        "a@",
        "张",
        "客户张三",
        "http://",
        "10.",
        "路1号",
        "密码:a",
        "一",
        "0551-",
        "小区",
        "\u200b",
        ":",
    ],
)
def test_no_text_is_slow_for_its_length(masker, unit):
    text = (unit * 100_000)[:100_000]
    begun = time.process_time()
    masked = masker.mask(text)
    # Generous for a slow shared machine: a quadratic rule would take minutes.
    assert time.process_time() - begun < 15
    assert len(masked.text) == len(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("已找张建国核实现场情况", "张建国"),
        ("张建国说盒子没电", "张建国"),
        ("已与李秀英联系", "李秀英"),
        ("由于投诉量大，请安装师傅上门", None),
        ("谢谢您来电，向有关部门投诉", None),
    ],
)
def test_a_known_name_that_somebody_deals_with_needs_no_cue(masker, text, name):
    found = [text[span.start : span.end] for span in masker.mask(text).spans]
    assert found == ([name] if name else [])
