from __future__ import annotations

from datetime import date

import pytest

from kb.checking.cues import slot_data
from kb.checking.slots import find_slots
from kb.checking.values import DATE, NUMBER, day_of, plain
from kb.wording import Slot, Version

MONDAY = date(2026, 11, 23)
RELATIVE = slot_data()["relative_days"]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("昨天晚上九点", "2026-11-22 晚上9点"),
        ("昨晚八点", "2026-11-22 晚上8点"),
        ("今早七点一刻", "2026-11-23 上午7点15分"),
        ("上周五", "2026-11-20"),
        ("下周三下午3点", "2026-11-30 下午3点".replace("11-30", "12-02")),
        ("下个月一号", "2026-12-01"),
        ("10月8日下午", "10月8日"),
        ("24号", "2026-11-24"),
        ("二十六号晚上八点", "2026-11-26 晚上8点"),
        ("这个月25号", "2026-11-25"),
        ("上个月30号", "2026-10-30"),
    ],
)
def test_times_as_people_say_them_become_days_and_hours(said: str, written: str) -> None:
    assert plain("datetime", said, MONDAY, RELATIVE) == written


def test_a_bare_day_is_one_only_where_a_time_follows() -> None:
    said = "24号起不收，25号之前回电，3号窗口办，2号楼没断，工号17号柜台"
    assert [match.group() for match in DATE.finditer(said)] == ["24号", "25号"]


def test_a_number_may_carry_its_unit_in_a_form() -> None:
    assert plain("number", "96兆", MONDAY, RELATIVE) == "96"
    assert plain("date", "明早", MONDAY, RELATIVE) == "2026-11-24"


def test_of_several_times_the_one_next_to_the_wordings_words_counts() -> None:
    version = _version("{day}前给您回电。", day=("回电日期", "date"))
    [slot] = find_slots("拦截明早生效，11月27日前给您回电。", version, MONDAY)
    assert (slot.value, slot.status) == ("11月27日", "filled")


def test_a_day_without_a_year_is_the_nearest_one() -> None:
    assert day_of("12月30日", date(2027, 1, 4), RELATIVE) == date(2026, 12, 30)
    assert day_of("2月30日", MONDAY, RELATIVE) is None


def test_a_little_is_no_hour_and_an_amount_no_date() -> None:
    version = _version("{time}前给您回电。", time=("回电时间", "datetime"))
    for reply in ("和我们可是一点儿关系都没有。", "账户里还有18.2元。"):
        assert find_slots(reply, version, MONDAY)[0].status == "empty"


def test_a_day_goes_to_the_slot_on_its_side_of_today() -> None:
    version = _version(
        "您约在{old}，改到{new}。", old=("原约定时间", "datetime"), new=("新的上门时间", "datetime")
    )
    old, new = find_slots("师傅没守约，我们改约到明天上午9点。", version, MONDAY)
    assert (old.status, new.value) == ("empty", "明天上午9点")
    old, new = find_slots("说好昨天下午四点到，结果没来。", version, MONDAY)
    assert (old.value, new.status) == ("昨天下午四点", "empty")


def test_counts_in_words_end_before_their_unit() -> None:
    found = [match.group() for match in NUMBER.finditer("响了三百多条，上百条，打了六回")]
    assert found == ["三百", "六"]


def test_slots_without_a_word_between_are_parted_in_a_verbatim_reply() -> None:
    version = _version("{county}{home}的宽带中断。", county=("县区", "text"), home=("小区", "text"))
    county, home = find_slots("青田县幸福社区的宽带中断。", version, MONDAY)
    assert (county.value, home.value) == ("青田县", "幸福社区")


def test_a_place_that_no_cue_announces_is_found_by_the_tagger() -> None:
    version = _version("您反映{place}信号弱。", place=("位置", "text"))
    [place] = find_slots("抱歉，杭州市文三路那一带的基站昨夜停电。", version, MONDAY)
    assert "文三路" in place.value


def _version(text: str, **slots: tuple[str, str]) -> Version:
    return Version(
        version="1",
        valid_from=date(2026, 1, 1),
        valid_until=None,
        text=text,
        slots={name: Slot(label=label, kind=kind) for name, (label, kind) in slots.items()},
        points=[],
        forbidden=[],
    )
