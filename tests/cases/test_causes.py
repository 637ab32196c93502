from __future__ import annotations

import pytest

from cases.causes import cause_of, load_causes


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("小区地库是新建的封闭混凝土结构，室外信号穿不进去，属于弱覆盖。", "覆盖与容量"),
        ("挽留座席误导客户，没有告知违约金，也没有二次确认。", "办理与告知差错"),
        ("师傅只重启未检修就归档，派单也没有跟踪。", "服务与管理"),
        ("诈骗团伙冒充客服。", "外部与违法行为"),
        ("", ""),
        ("原因待查。", ""),
    ],
)
def test_the_words_of_the_section_name_the_cause(said: str, cause: str):
    assert cause_of(said) == cause


def test_no_word_speaks_for_two_causes():
    words = [word for some in load_causes().values() for word in some]
    assert sorted({word for word in words if words.count(word) > 1}) == []
