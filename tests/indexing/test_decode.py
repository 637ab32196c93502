from __future__ import annotations

import pytest

from indexing.errors import NotTextError, TousuError
from indexing.text.decode import decode

TEXT = "用户反映宽带频繁掉线，要求尽快处理；联系电话已登记。"
TRADITIONAL = "用戶反映寬頻經常斷線，要求儘快處理；客服人員已經登記問題。"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gbk", "gb18030", "gb2312"]
)
def test_chinese_text_is_read_in_every_usual_encoding(encoding: str):
    assert decode(TEXT.encode(encoding), "a.txt") == TEXT


def test_a_short_gbk_text_alone_is_not_taken_for_korean():
    assert decode("投诉".encode("gbk"), "a.txt") == "投诉"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_told_by_its_bytes(encoding: str):
    text = "工单 2024:\n处理中\n已回访\n"
    assert decode(text.encode(encoding), "a.txt") == text


def test_big5_is_preferred_where_it_reads_better_than_gbk():
    assert decode(TRADITIONAL.encode("big5hkscs"), "a.txt") == TRADITIONAL


def test_a_file_cut_within_a_character_keeps_all_but_that_character():
    assert decode(TEXT.encode()[:-1], "a.txt") == TEXT[:-1] + "\ufffd"


def test_line_breaks_are_kept_as_they_are():
    assert decode("一\r\n二\n".encode(), "a.txt") == "一\r\n二\n"


def test_an_empty_file_is_an_empty_text():
    assert decode(b"", "a.txt") == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02\x03\x00\x9f\x88",
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"PK\x03\x04 any",
        b"%PDF-1.7\n1 0 obj",
        b"abc\x01\x02\x03def",
    ],
)
def test_binary_is_refused_in_one_sentence_that_names_the_file(raw: bytes):
    with pytest.raises(NotTextError, match="照片") as caught:
        decode(raw, "照片.png")
    assert isinstance(caught.value, TousuError)
    assert str(caught.value).count("。") == 1
