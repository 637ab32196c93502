from __future__ import annotations

import numpy as np
import pytest

from cases.categories import load_categories
from cases.triage import Cues, Neighbour, load_triager, votes
from cases.urgency import Urgency, chinese_number


@pytest.fixture(scope="module")
def urgency() -> Urgency:
    return Urgency()


@pytest.mark.parametrize(
    ("text", "grade", "rule"),
    [
        ("家里信号不好，打电话断断续续", "一般", None),
        ("这个月多扣了我20块钱，要求退费", "一般", None),
        ("再不解决我就去工信部投诉", "紧急", "regulator_threat"),
        ("我已经向工信部申诉了，你们还不处理", "特急", "regulator_done"),
        ("我不想找工信部，只想解决问题", "一般", None),
        ("工信部附近信号很差", "一般", None),
        ("被冒充客服的骗走了3万元", "特急", "security"),
        ("有人冒充客服让我转账，我没上当", "一般", None),
        ("我的个人信息被泄露了，天天有贷款电话", "特急", "security"),
        ("天天收到垃圾短信，烦死了", "一般", None),
        ("三十多户业主联名投诉没信号", "特急", "people"),
        ("4个人一起来投诉", "一般", None),
        ("要求赔偿8万元", "特急", "amount"),
        ("要求赔偿4.9万元", "一般", None),
        ("这是我第二次打电话了", "一般", None),
        ("这已经是第九次打电话反映了", "特急", "repeats"),
        ("客户是记者，家里宽带断了", "一般", None),
        ("再这样我就找记者曝光", "紧急", "media_threat"),
        ("已经发到抖音上了", "特急", "media_done"),
        ("不退费我就起诉你们", "紧急", "legal_threat"),
        ("公司专线断了一上午", "紧急", "vip"),
        ("加了微信群也没人回", "一般", None),
        ("线缆垂到路上，我母亲被绊倒受伤", "特急", "safety"),
    ],
)
def test_urgency_follows_the_rules_and_quotes_the_text(urgency, text, grade, rule):
    found, reasons = urgency.grade(text)
    assert found.name == grade
    assert [reason.rule for reason in reasons][:1] == ([rule] if rule else [])
    assert all(reason.quote in text for reason in reasons)


def test_grades_carry_their_limits(urgency):
    limits = {name: grade.due_hours for name, grade in urgency.grades.items()}
    assert limits == {"特急": 0, "紧急": 24, "一般": 72}


def test_what_is_settled_or_hearsay_raises_no_grade_but_what_follows_does(urgency):
    settled = "去年去过消协，已经解决了，今天又没信号"
    assert urgency.grade(settled)[0].name == "一般"
    grade, reasons = urgency.grade(settled + "，再不修我就找记者曝光")
    assert grade.name == "紧急"
    assert [reason.rule for reason in reasons] == ["media_threat"]
    assert urgency.grade("邻居说要去工信部投诉，我家网速慢")[0].name == "一般"


@pytest.mark.parametrize(
    ("said", "value"),
    [("十一万", 110_000), ("五万二", 52_000), ("三百五", 350), ("两千零五", 2005), ("6,000", 6000)],
)
def test_chinese_numbers_are_read_as_spoken(said, value):
    assert chinese_number(said) == value


def test_the_nearer_neighbours_weigh_more():
    neighbours = [Neighbour("N/漫游", 0.8), Neighbour("N/通话质量", 0.8), Neighbour("N/漫游", 0.8)]
    weights = [0.5 ** (rank / 3) for rank in range(3)]
    assert votes(neighbours) == {
        "N/漫游": pytest.approx(0.8 * (weights[0] + weights[2]) / sum(weights)),
        "N/通话质量": pytest.approx(0.8 * weights[1] / sum(weights)),
    }


def test_cues_outweigh_a_weak_neighbour():
    triage = load_triager().triage("光猫红灯，宽带断网了", [Neighbour("N/漫游", 0.2)])
    assert triage.category == "B/断网"


def test_a_text_that_says_little_is_unsure_and_offers_two():
    neighbours = [Neighbour("N/漫游", 0.3), Neighbour("N/通话质量", 0.3)]
    triage = load_triager().triage("有点问题", neighbours)
    assert (triage.category, triage.runner_up, triage.sure) == ("N/漫游", "N/通话质量", False)


def test_a_correction_counts_as_a_neighbour():
    known = np.array([1.0, 0.0], dtype=np.float32)
    triager = load_triager([(known, "S/热线服务")])
    assert triager.triage("有点问题", [], known).category == "S/热线服务"
    assert triager.triage("有点问题", [], np.array([0.0, 1.0], np.float32)).category is None


def test_cues_cover_exactly_the_categories():
    assert set(Cues.shipped().patterns) == set(load_categories().all)


def test_every_category_has_questions():
    triager = load_triager()
    assert set(load_categories().all) <= set(triager.questions)
    triage = triager.triage("你好", [])
    assert (triage.category, triage.sure, triage.ask[0]) == (None, False, "用户号码与联系方式")
