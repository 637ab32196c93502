from __future__ import annotations

from pathlib import Path

import pytest

from indexing.text import clean
from indexing.text.repair import Repaired, is_traditional, repair
from indexing.text.traced import TracedText

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
# Own sentences with inserted notes, as in the damaged training file.
NOTED = (
    "基站信號覆蓋情況確認(rèn)之后,由服務(wù)人員回復(fù)用戶,并記錄(lù)結果;"
    "對(duì)外口徑應統一,數據驅(qū)動改進,對電話異常的用戶逐一回訪,詳細(xì)說明原因。"
)


def repaired(text: str) -> Repaired:
    return repair(TracedText.of(text))


def shifted(before: str, lost: str, rest: str) -> str:
    """Return what a note between the two bytes of ``lost`` makes of ``lost + rest``."""
    data = (lost + rest).encode("gbk")
    return before + "?" + data[1:].decode("gbk")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "用户来电反映，手机信号差。\n已联系 13800000000，约定明日上门（10:00—12:00）！\r\n",
        "# 标题\n\n- 一、核对 2.5km 内基站；\n- 二、测速≥100Mbps，¥30/月，①②③ Ⅲ级 5℃。\n",
        "单于(chán yú)是匈奴首领；重(chóng)复。",
        "café 与 naïve 两个词；“引号”……《办法》——完。",
        "　　段首空两格，人名里有個繁體字。",
    ],
)
def test_a_sound_text_comes_back_identical_with_identical_spans(text: str):
    cleaned = clean(text)
    assert cleaned.text == text
    assert cleaned.origin.tolist() == list(range(len(text)))
    assert cleaned.notes == ()


def test_zero_width_and_control_characters_are_dropped_and_traced():
    result = repaired("投\u200b诉\ufeff工\x01单")
    assert result.traced.text == "投诉工单"
    assert result.traced.origin.tolist() == [0, 2, 4, 6]
    assert result.traced.source_span(0, 2) == (0, 3)
    assert result.notes == ("去除不可见字符 3 个。",)


def test_full_width_letters_and_digits_fold_but_sentence_marks_stay():
    assert repaired("（ＶｏＬＴＥ，１００Ｍ）：好！").traced.text == "（VoLTE，100M）：好！"


def test_radicals_become_the_characters_they_stand_for():
    assert repaired("⼯单第⻚，⼈⼯⻔店").traced.text == "工单第页，人工门店"


def test_utf8_read_as_latin1_is_mended():
    text = "投诉处理".encode().decode("latin-1")
    result = repaired(f"标题：{text}。")
    assert result.traced.text == "标题：投诉处理。"
    assert result.notes == ("修复误用编码的乱码 1 处。",)


def test_gbk_read_as_latin1_is_mended():
    text = "用户投诉宽带断线，已派单。".encode("gbk").decode("latin-1")
    assert repaired(f"{text}\n第二行").traced.text == "用户投诉宽带断线，已派单。\n第二行"


def test_the_replacement_character_is_dropped_and_reported():
    result = repaired("用户\ufffd\ufffd反映")
    assert result.traced.text == "用户反映"
    assert result.notes == ("去除已丢失的字符（�） 2 个。",)


def test_traditional_text_becomes_simplified_with_the_mainlands_words():
    result = repaired("用戶反映寬頻斷線，簡訊無法接收，通話聯繫正常，核心網路待查。")
    assert result.traced.text == "用户反映宽带断线，短信无法接收，通话联系正常，核心网络待查。"
    assert result.notes == ("原文为繁体，已转换为简体。",)


def test_one_traditional_name_does_not_make_a_text_traditional():
    assert not is_traditional(
        "用户姓名登记为張國榮，其余资料齐全，宽带速率正常，已经完成回访并且归档，结果为满意。" * 2
    )
    assert is_traditional("電信投訴處理")


def test_inserted_pinyin_notes_are_dropped_with_their_place_traced():
    result = repaired(NOTED)
    assert "(" not in result.traced.text
    assert result.traced.text.startswith("基站信号覆盖情况确认之后,由服务人员回复用户,")
    at = result.traced.text.index("之后")
    assert NOTED[slice(*result.traced.source_span(at, at + 2))] == "之后"
    assert result.notes[0] == "去除夹在汉字后的拼音注 7 处。"


def test_a_shifted_stretch_is_guessed_from_the_rest_and_flagged():
    broken = shifted("費用異", "常", "扣費")
    assert broken.startswith("費用異?")
    result = repaired(NOTED + broken + ",需核查。")
    assert result.traced.text.endswith("费用异常扣费,需核查。")
    assert any("猜补错位文字 1 处" in n and "常扣费" in n for n in result.notes)


def test_a_shift_between_two_notes_is_mended_by_their_readings():
    data = "對電信服務".encode("gbk")
    stretch = data[1:7].decode("gbk") + "\ue848"  # FE 84 lies in the user-defined area
    assert data[7:9] == b"\xfe\x84"
    result = repaired(NOTED + f"用戶因?qū){stretch}?wù)質量不滿。")
    assert result.traced.text.endswith("用户因对电信服务质量不满。")


def test_a_shift_that_nothing_explains_loses_only_its_remains():
    result = repaired(NOTED + "結尾?zz\u01d0)完。")
    assert result.traced.text.endswith("结尾完。")
    assert any("已丢弃的错位文字 1 处" in n for n in result.notes)


def test_a_real_question_mark_stays():
    assert repaired(NOTED + "能否重啟設備?”)再試。").traced.text.endswith("能否重启设备?”)再试。")


@pytest.fixture(scope="module")
def damaged() -> str:
    path = CORPUS / "電信投訴處理培訓.txt"
    if not path.exists():
        pytest.skip("the corpus is not at hand")
    return path.read_text(encoding="utf-8")


def test_the_damaged_training_file_becomes_readable(damaged: str):
    cleaned = clean(damaged)
    assert "因对电信服务质量" in cleaned.text
    assert "异常扣费" in cleaned.text
    assert "准确性。客户基本信息采集详细记录" in cleaned.text
    assert "误判。跨部门协作" in cleaned.text
    assert "确保回复专业性" in cleaned.text
    for rest in ("ù", "ì", "電", "訴", "第1页", "温馨提示", "人人文库", "下载本文档"):
        assert rest not in cleaned.text
    assert cleaned.notes[0] == "去除夹在汉字后的拼音注 653 处。"
    assert "猜补错位文字 5 处" in cleaned.notes[1]
    assert clean(cleaned.text).text == cleaned.text


def test_edits_of_any_kind_keep_each_characters_origin():
    traced = TracedText.of("甲乙 丙丁\n戊己")
    assert traced.delete([(5, 6), (1, 3)]).origin.tolist() == [0, 3, 4, 6, 7]
    swapped = traced.sub(r"(乙) (丙)", r"\2\1")
    assert (swapped.text, swapped.origin.tolist()) == ("甲丙乙丁\n戊己", [0, 1, 3, 4, 5, 6, 7])
    mapped = traced.map_line(lambda line: line.replace("戊", "，戊戌"))
    assert mapped.text == "甲乙 丙丁\n，戊戌己"
    assert mapped.source_span(mapped.text.index("己"), len(mapped)) == (7, 8)
    assert mapped.source_span(0, 5) == (0, 5)
    assert traced.origin.dtype == "int32"
