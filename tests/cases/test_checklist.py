from __future__ import annotations

from pathlib import Path

import pytest

from cases.checklist import FOLDER, AnswerError, Walk, for_category, load_checklists
from cases.checklist_tree import Kind
from indexing.errors import DuplicateIdError, FormatError

KB = Path(__file__).parents[2] / "kb"
PHONE = "13800000000"


def walk(name: str, *values: object) -> Walk:
    found = Walk(next(tree for tree in load_checklists() if tree.id == name))
    for value in values:
        found = found.answer(value)
    return found


def test_the_trees_are_there():
    assert [tree.id for tree in load_checklists()] == [
        "attitude",
        "broadband-outage",
        "call-forwarding",
        "call-quality",
        "fee-dispute",
        "fraud",
        "home-zone",
        "login-password",
        "slow-broadband",
        "top-up-stop-resume",
        "unwanted-subscription",
        "weak-signal",
    ]


def test_every_wording_and_policy_named_is_there():
    outcomes = [outcome for tree in load_checklists() for outcome in tree.outcomes]
    wordings = {o.wording for o in outcomes if not (KB / "wording" / f"{o.wording}.yaml").is_file()}
    policies = {o.policy for o in outcomes if not (KB / "policies" / f"{o.policy}.md").is_file()}
    assert (wordings, policies) == (set(), set())


def test_every_choice_of_every_tree_can_be_walked_to_an_outcome():
    ends = {tree.id: {o.id for o in walk_all(Walk(tree))} for tree in load_checklists()}
    assert ends == {tree.id: {o.id for o in tree.outcomes} for tree in load_checklists()}


def walk_all(start: Walk):
    waiting, seen = [start], set()
    while waiting:
        here = waiting.pop()
        if here.outcome:
            yield here.outcome
        elif here.question.id not in seen:
            seen.add(here.question.id)
            waiting += [here.answer(value) for value in possible(here.question)]


def possible(node):
    match node.kind:
        case Kind.CHOICE:
            return [answer.label for answer in node.answers]
        case Kind.NUMBER:
            limits = [answer.below for answer in node.answers if answer.below is not None]
            return [node.minimum, *limits, node.maximum]
        case Kind.MULTI:
            return [node.options]
        case Kind.TEXT:
            return [PHONE if node.pattern else "、".join("abcdefgh"[: node.at_least])]


def test_a_category_finds_its_trees_the_nearest_first():
    assert [tree.id for tree in for_category("B/网速慢")] == ["slow-broadband"]
    assert [tree.id for tree in for_category("N/无法主被叫")] == ["call-quality"]
    assert for_category("Q/业务咨询") == []


def test_call_forwarding_of_a_function_not_opened_ends_in_opening_it():
    asked = walk("call-forwarding", PHONE, "无条件转移", "固定电话，加了区号", "未开通")
    assert asked.question is None
    assert asked.outcome.id == "enable"
    assert (asked.outcome.report, asked.outcome.wording, asked.outcome.policy) == (
        "报结",
        "W-NET-002",
        "P-NET-003",
    )
    assert asked.summary() == (
        "呼叫转移预处理：业务种类：无条件转移；转移到的号码类型：固定电话，加了区号；功能开通：未开通。"
    )
    assert asked.fields() == {
        "phone": PHONE,
        "description": "业务种类：无条件转移；转移到的号码类型：固定电话，加了区号",
        "measure": "功能开通：未开通",
    }


def test_a_dispatch_fills_the_team():
    asked = walk("call-forwarding", PHONE, "移动秘书", "已经加", "仍然不行", "没有")
    assert asked.outcome.report == "转派"
    assert asked.fields()["team"] == "网络部门"


@pytest.mark.parametrize(
    ("distance", "floor", "outcome"),
    [(0, None, "add"), (2.4, None, "add"), (2.5, 8, "high"), ("3.2", 18, "high")],
)
def test_home_zone_goes_by_distance_and_floor(distance, floor, outcome):
    asked = walk("home-zone", PHONE, "没有优惠", "注册之后", distance)
    if floor is not None:
        asked = asked.answer(floor)
    assert asked.outcome.id == outcome


def test_the_seventh_floor_is_not_above_the_seventh():
    asked = walk("home-zone", PHONE, "没有优惠", "注册之后", 2.5, 7)
    assert asked.question.id == "inside"
    assert asked.given[-1].value == "7 楼（7 楼及以下）"


SLOW = ("kd0551", ["下载", "网页"])


@pytest.mark.parametrize(
    ("scope", "listed", "problem"),
    [
        ("所有", "a.cn、b.cn、c.cn、d.cn", "至少填 5 个，现有 4 个"),
        ("所有", "a.cn、b.cn、c.cn、d.cn、a.cn", "至少填 5 个，现有 4 个"),
        ("大部分", "a.cn b.cn", "至少填 3 个，现有 2 个"),
        ("个别", " ", "域名之间用顿号隔开，一个也不要漏"),
    ],
)
def test_slow_broadband_wants_enough_domains(scope, listed, problem):
    asked = walk("slow-broadband", *SLOW, scope)
    with pytest.raises(AnswerError, match=problem):
        asked.answer(listed)


@pytest.mark.parametrize(
    ("loss", "delay", "outcome"),
    [(0, 99.9, "site"), (0, 100, "exit"), (5, 20, "line"), (100, 10000, "line")],
)
def test_slow_broadband_goes_by_loss_and_delay(loss, delay, outcome):
    asked = walk("slow-broadband", *SLOW, "个别", "a.cn", "直连也慢", loss, delay, "九点，王工")
    assert asked.outcome.id == outcome


def test_what_was_measured_is_summed_up_with_its_unit():
    asked = walk("slow-broadband", *SLOW, "大部分", "a.cn，b.cn；c.cn", "直连也慢", "5", 30)
    assert asked.summary() == (
        "宽带网速慢预处理：影响业务：网页、下载；影响范围：大部分；测试域名：a.cn，b.cn；c.cn；"
        "网线直连：直连也慢；丢包率：5 %（有丢包）；平均时延：30 毫秒。"
    )


@pytest.mark.parametrize("loss", [-1, 100.1, "一半", "", float("nan"), ["5"]])
def test_a_number_out_of_bounds_is_refused(loss):
    asked = walk("slow-broadband", *SLOW, "个别", "a.cn", "直连也慢")
    with pytest.raises(AnswerError, match=r"“丢包率”的回答.*应为 0 到 100 之间的数字"):
        asked.answer(loss)


def test_an_answer_that_is_no_choice_is_refused():
    with pytest.raises(
        AnswerError, match="“功能开通”的回答“也许”不合要求：只能选 未开通、已开通。"
    ):
        walk("call-forwarding", PHONE, "遇忙转移", "手机", "也许")
    with pytest.raises(AnswerError, match="至少选 1 项：网页、游戏、视频、下载"):
        walk("slow-broadband", "kd0551", ["邮件"])
    with pytest.raises(AnswerError, match="至少选 1 项"):
        walk("slow-broadband", "kd0551", [])


def test_all_four_records_are_wanted_in_a_fee_dispute():
    asked = walk("fee-dispute", PHONE, "十月", "套餐月费", 58, "退还", "只有一位")
    with pytest.raises(AnswerError, match="至少选 4 项"):
        asked.answer(["账单", "账单", "订购记录", "使用记录"])


def test_a_bad_phone_is_refused_without_repeating_it():
    with pytest.raises(AnswerError) as caught:
        walk("call-quality", "138000")
    assert str(caught.value) == "“用户号码”的回答不合要求：请填 11 位手机号码。"


def test_private_answers_stay_out_of_the_summary():
    asked = walk("call-quality", PHONE, "华为", "固话 0551-60000000", "杂音")
    assert asked.summary() == "通话质量预处理：手机型号：华为；现象：杂音。"
    assert asked.fields()["contact"] == "固话 0551-60000000"


def test_going_back_leaves_the_walk_before_as_it_was():
    before = walk("call-forwarding", PHONE, "移动秘书")
    after = before.answer("没有加")
    assert after.back() == before
    assert before.question.id == "secretary"
    assert after.outcome.id == "prefix"
    start = walk("call-forwarding")
    assert start.back() == start
    assert (start.summary(), start.fields(), start.outcome) == ("", {}, None)


def test_nothing_is_answered_after_the_end():
    done = walk("call-forwarding", PHONE, "移动秘书", "没有加")
    with pytest.raises(AnswerError, match="“呼叫转移预处理”已经问完"):
        done.answer("没有加")


@pytest.mark.parametrize(
    ("loss", "outcome"), [(50000, "grave"), (49999.99, None), (0.01, None), (0, None)]
)
def test_a_loss_of_fifty_thousand_is_grave(loss, outcome):
    asked = walk("fraud", PHONE, "昨晚来电", ["转账"], loss)
    assert (asked.outcome.id if asked.outcome else None) == outcome


TREE = """\
id: sample
title: 样例
categories: [B/断网]
nodes:
  - id: first
    name: 甲
    ask: 问甲？
    kind: choice
    field: description
    answers:
      - {label: 是, next: second}
      - {label: 否, outcome: done}
  - {id: second, name: 乙, ask: 问乙？, kind: text, field: measure, then: {outcome: sent}}
outcomes:
  - {id: done, advice: 告知。, wording: W-BB-001, policy: P-BB-001, report: 报结}
  - {id: sent, advice: 转派。, dispatch: 装维班组, report: 转派}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("next: second", "next: third", "第11行：没有步骤 third。"),
        ("outcome: done}", "outcome: gone}", "第12行：没有结论 gone。"),
        ("{outcome: sent}}", "{next: first}}", "第5行：从步骤 first 出发会回到它自己。"),
        ("next: second", "outcome: done", "第13行：没有路径通到步骤 second。"),
        ("outcome: done}\n", "outcome: sent}\n", "第15行：没有路径通到结论 done。"),
        ("[B/断网]", "[B/断电]", "第3行：分类表中没有“B/断电”。"),
        ("id: sent", "id: done", "第16行：编号 done 重复。"),
        ("W-BB-001", "BB-001", "第15行：字段 outcomes.0.wording"),
        ("P-BB-001", "P-BB-1", "第15行：字段 outcomes.0.policy"),
        ("kind: text", "kind: words", "第13行：字段 nodes.1.kind 只能是"),
        ("field: measure", "field: mood", "第13行：步骤 second 的工单字段 mood 不存在。"),
        ("then: {outcome: sent}", "pattern: '('", "第13行：字段 nodes.1.pattern"),
        (", then: {outcome: sent}", "", "第13行：步骤 second 应写 answers 或 then"),
        ("{label: 是, next: second}", "{label: 是}", "第11行：下一步应写 next 或 outcome"),
        ("label: 否", "label: 是", "第5行：步骤 first 的答案重复。"),
        ("kind: text", "kind: multi", "第13行：步骤 second 的选项不够或重复。"),
        ("kind: text", "kind: choice", "第13行：步骤 second 是选择题，应写 answers。"),
        ("kind: text", "kind: number", "第13行：步骤 second 应写 minimum 和 maximum"),
        ("dispatch: 装维班组, ", "", "第16行：结论 sent 为转派时才写"),
    ],
)
def test_a_fault_is_named_with_file_and_line(tmp_path, old, new, message):
    assert TREE.count(old) >= 1
    (tmp_path / "sample.yaml").write_text(TREE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        load_checklists(tmp_path)
    assert str(caught.value).startswith(f"sample.yaml {message}")


def test_bounds_of_a_number_go_upwards(tmp_path):
    bands = "minimum: 0, maximum: 9, answers: [{label: 甲, below: 5, outcome: sent}, "
    bands += "{label: 乙, below: 3, outcome: sent}, {label: 丙, outcome: sent}]}"
    text = TREE.replace("then: {outcome: sent}}", bands).replace("kind: text", "kind: number")
    (tmp_path / "sample.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match="第13行：步骤 second 的 below 应由小到大"):
        load_checklists(tmp_path)


def test_two_trees_of_one_id_are_refused(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(TREE, encoding="utf-8")
    with pytest.raises(DuplicateIdError, match=r"b\.yaml 的编号 sample 已被另一份清单使用"):
        load_checklists(tmp_path)


def test_the_sample_itself_is_sound(tmp_path):
    (tmp_path / "sample.yaml").write_text(TREE, encoding="utf-8")
    [tree] = load_checklists(tmp_path)
    assert Walk(tree).answer("否").outcome.wording == "W-BB-001"
    assert FOLDER.name == "checklists"
