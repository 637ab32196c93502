from __future__ import annotations

from pathlib import Path

import pytest

from indexing.text import clean
from indexing.text.furniture import drop_furniture
from indexing.text.slides import slide_numbers
from indexing.text.traced import TracedText

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
LONG = (
    "值班人员应当在接到申告之后先安抚用户情绪再核对号码与地址,"
    "随后查询告警与工单记录并与现场维护人员取得联系"
)


def dropped(text: str) -> str:
    return drop_furniture(TracedText.of(text)).text


@pytest.mark.parametrize(
    "line",
    [
        "第3页",
        "第 3 页 共 27 页",
        "第3页/共27页",
        "共27页",
        "- 12 -",
        "Page 3 of 9",
        "投诉处理培训_第1页",
        "已阅读5页,还剩22页未读, 继续免费阅读",
        "您好,欢迎访问三七文档",
        "当前位置:首页 > 管理 > 网络投诉",
        "链接地址:https://www.example.com/doc-1 .html",
        "本文标题:网络投诉",
        "版权说明:本文档由用户上传,如有侵权请举报",
        "下载本文档",
    ],
)
def test_a_line_of_furniture_goes_and_its_neighbours_stay(line: str):
    assert (
        dropped(f"投诉应当及时受理。\n{line}\n处理结果要回访。")
        == "投诉应当及时受理。\n处理结果要回访。"
    )


@pytest.mark.parametrize(
    "text",
    [
        "详见手册第3页的说明,共27页。",
        "时间:2018-07-17\n用户来电反映断线。",
        "温馨提示:\n1. 请保管好服务密码。\n2. 请勿转告验证码。",
        "版权内容订购争议:用户要求退订彩铃。",
        "一、受理\n\n二、核查\n\n三、回访\n",
        "1、目的\n\n2、范围\n\n3、职责\n\n4、程序\n\n5、记录\n",
        "套餐1G、2G、3G、4G、5G、6G 均可办理。",
        "共3人受理5件投诉,24小时内办结4件,7楼1件,距离2.5km,拨打12593与10086,7*24小时值守。",
        "1目的说明2范围说明3职责说明4程序说明5记录说明6附则说明",
        "有[说明](https://example.com/a)可查。",
    ],
)
def test_text_that_only_resembles_furniture_is_left_alone(text: str):
    assert dropped(text) == text


def test_a_document_sites_fact_sheet_goes():
    text = "投诉处理汇报\n- 格式:ppt\n- 大小:4.02 MB\n- 文档页数:43\n一、总体情况良好。"
    assert dropped(text) == "投诉处理汇报\n一、总体情况良好。"
    text = "投诉处理汇报\n\nID:123456\n\n大小:1.2 MB\n\n页数:18页\n\n时间:2018-07-17\n\n一、情况。"
    assert dropped(text) == "投诉处理汇报\n\n一、情况。"


def test_a_download_notice_goes_with_all_its_points():
    text = (
        "处理完毕后归档。\n\n温馨提示\n\n  • 1. 本站资源下载后需要解压软件。\n"
        "  • 2. 附件请联系提供者。\n  • 3. 侵权请告知。\n\n评论\n\n0/150\n\n提交评论"
    )
    assert dropped(text) == "处理完毕后归档。"


def test_urls_go_and_the_words_around_them_stay():
    assert dropped("登录http://10.0.0.1/a/login.jsp账号见附件") == "登录账号见附件"


def test_a_repeated_title_line_is_kept_once():
    assert dropped("宽带投诉处理手册\n\n宽带投诉处理手册\n\n正文。") == "宽带投诉处理手册\n\n正文。"


def test_slide_numbers_become_paragraph_breaks_and_real_numbers_stay():
    text = (
        "案例分析2受理要求每日24小时值守,7*24小时有人3受理途径含10086与12593等4分级要求分为2类"
        "5核查要点:距离小于2.5km,住在7楼以上•重点6回访要求满意率达到90%7结束语"
    )
    assert dropped(text) == (
        "案例分析\n\n受理要求每日24小时值守,7*24小时有人\n\n受理途径含10086与12593等\n\n分级要求分为2类"
        "\n\n核查要点:距离小于2.5km,住在7楼以上•重点\n\n回访要求满意率达到90%\n\n结束语"
    )


def test_a_slide_number_glued_to_another_number_is_found_by_its_place_in_the_run():
    numbers = "".join(f"{n}要点说明" for n in range(2, 12))
    text = f"封面{numbers}122、投诉分类说明13回访14归档"
    spans = slide_numbers(text)
    assert [text[a:b] for a, b in spans] == [str(n) for n in range(2, 15)]
    assert text[spans[10][1] :].startswith("2、投诉分类说明")


def test_four_rising_numbers_are_too_few_to_be_slides():
    assert slide_numbers("办理2套说明3套说明") == []
    assert slide_numbers("甲方2乙方3丙方4丁方5") == []


def test_sentences_cut_by_numbered_pages_are_joined():
    text = f"{LONG * 2}通报投\n\n2、诉情况。{LONG * 2}规范应对重\n\n3、大事件。{LONG * 2}收尾"
    assert dropped("1、" + text) == (
        f"{LONG * 2}通报投诉情况。{LONG * 2}规范应对重大事件。{LONG * 2}收尾"
    )


def test_what_is_kept_knows_its_place_in_the_original():
    text = "第1页\n投诉受理。\n第2页\n结果回访。"
    traced = drop_furniture(TracedText.of(text))
    at = traced.text.index("回访")
    assert text[slice(*traced.source_span(at, at + 2))] == "回访"


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not at hand")
@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.txt")), ids=lambda p: p.stem)
def test_no_corpus_file_keeps_furniture_or_loses_its_place(path: Path):
    text = path.read_text(encoding="utf-8")
    cleaned = clean(text)
    assert len(cleaned.origin) == len(cleaned.text)
    assert (cleaned.origin[1:] >= cleaned.origin[:-1]).all()
    for rest in (
        "_第1页",
        "天天文库",
        "人人文库",
        "三七文档",
        "链接地址",
        "温馨提示",
        "文档页数",
        "http",
    ):
        assert rest not in cleaned.text
    again = clean(cleaned.text)
    assert again.text == cleaned.text


def test_the_slides_of_the_case_analysis_stand_apart():
    path = CORPUS / "网络投诉处理及典型案例分析.txt"
    if not path.exists():
        pytest.skip("the corpus is not at hand")
    text = clean(path.read_text(encoding="utf-8")).text
    assert text.count("\n\n") == 47  # slides 2 to 51 without 46 and 49, the last at the end
    for kept in (
        "7*24小时",
        "12593",
        "2.5km",
        "7楼以上",
        "24小时。",
        "10086热线",
        "055112580",
        "503A503B",
    ):
        assert kept in text
