"""A reply beside its wording."""

from __future__ import annotations

from kb.checking.alignment import align


def test_a_sentence_of_blanks_stands_beside_the_one_that_fills_them() -> None:
    wording = "您好。您咨询的【业务】，规则是【规则】，资费【资费】，办理渠道是【渠道】。"
    said = "您咨询的亲情号，规则是每人最多五个，资费3元，办理渠道是营业厅和手机客户端。"
    first, second = align(wording, said)
    assert (first.wording, first.reply) == ("您好。", None)
    assert (second.wording, second.reply) == (wording.removeprefix("您好。"), said)
    assert second.parts[:3] == (("same", "您咨询的"), ("wording", "【业务】"), ("reply", "亲情号"))


def test_what_differs_are_words() -> None:
    [pair] = align("抢修人员已到现场，请您放心。", "维修人员已到现场，请你放心。")
    assert pair.parts == (
        ("wording", "抢修"),
        ("reply", "维修"),
        ("same", "人员已到现场，请你放心。"),
    )


def test_every_sentence_stands_once() -> None:
    pairs = align("抱歉。抱歉。预计明天修好。", "抱歉。会修好的，预计就在明天。")
    assert [(p.wording, p.reply) for p in pairs] == [
        ("抱歉。", "抱歉。"),
        ("抱歉。", None),
        ("预计明天修好。", "会修好的，预计就在明天。"),
    ]
