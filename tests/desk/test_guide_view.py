from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.model


def button(app: AppTest, label: str):
    return next(b for b in app.button if b.label == label)


def test_a_checklist_is_walked_and_its_answers_go_into_the_search(app):
    app.query_params["q"] = "新小区地下车库手机没信号，电话打不出去"
    app.run()
    assert not app.exception
    tree = next((box for box in app.selectbox if box.label == "清单"), None)
    if tree is not None:
        tree.set_value(next(t for t in tree.options if t == "弱信号预处理")).run()
    [phone] = [f for f in app.text_input if f.key == "weak-signal-phone-value"]
    phone.set_value("123")
    button(app, "下一步").click().run()
    assert any("请填 11 位手机号码" in error.value for error in app.error)
    [phone] = [f for f in app.text_input if f.key == "weak-signal-phone-value"]
    phone.set_value("13812345678")
    button(app, "下一步").click().run()
    [place] = [f for f in app.text_input if f.key == "weak-signal-place-value"]
    place.set_value("翡翠城三号楼地下二层车库")
    button(app, "下一步").click().run()
    assert any("故障位置：翡翠城三号楼地下二层车库" in c.value for c in app.caption)
    assert not any("13812345678" in code.value for code in app.code)
    button(app, "带着这些情况再查").click().run()
    assert (
        "弱信号预处理：故障位置：******地下二层车库" in app.query_params["q"]
    )  # the address is masked
    assert app.text_area[0].value == app.query_params["q"]


def test_each_deadline_is_shown_with_its_clause(app):
    app.query_params["q"] = "家里宽带断了一天，上不了网"
    app.run()
    said = [m for m in app.markdown if "处理答复" in m.value]
    assert len(said) == 1
    assert "P-GEN-002" in said[0].help
