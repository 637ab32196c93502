"""检索评测: measured against peers, how far scores can be believed, and one's own queries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import streamlit as st

from desk.evaluating import Leg, LegRanks, published_results, summary
from desk.ranks_report import report
from desk.views.parts import assistant, progress_bar
from indexing.errors import TousuError

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SETS = {
    "library": "自带案例库",
    "library_held": "自带案例库（留出的查询）",
    "bq-custsvc-paraphrase": "客服问句（BQ）",
    "lcqmc-zh-paraphrase": "日常问句（LCQMC）",
    "taidi-title-to-complaint": "标题找投诉信（泰迪杯）",
}
_PARTS = {"test": "测试查询", "held": "留出的查询"}
_RATES = {"hit@1": "首位命中", "hit@10": "前十命中", "mrr@10": "MRR@10"}
_UNPUBLISHED = "没有随安装包附带评测结果；在源码目录运行 {command} 后这里会显示。"
_NONE = "—"
_ALL, _NOT_FIRST, _FALSE = "全部", "只看没排第一的", "只看误接受的"


def show() -> None:
    """Draw the page."""
    st.title("检索评测")
    peers, scores, own = st.tabs(["同类对比", "置信度", "批量评测"])
    try:
        published = published_results()
    except TousuError as error:
        st.error(str(error))
        published = {"eval": None, "calibration": None}
    with peers:
        _peers(published["eval"])
    with scores:
        _scores(published["calibration"])
    with own:
        _upload()
        _own()


def _peers(found: dict[str, Any] | None) -> None:
    if found is None:
        st.info(_UNPUBLISHED.format(command="make eval"))
        return
    for name, one in found["sets"].items():
        st.subheader(_SETS.get(name, name))
        st.caption(
            f"{one['queries']} 条查询，{one['documents']} 篇文档，{one['passages']} 个文本块"
        )
        st.dataframe(
            [_system(key, row) for key, row in one["systems"].items()],
            hide_index=True,
            placeholder=_NONE,
        )
    machine = found["machine"]
    versions = machine["versions"] | {
        k: v for peer in found["peers"].values() for k, v in peer.items()
    }
    st.caption(
        f"机器：{machine['cpu']}，{machine['cores']} 核，Python {machine['python']}。"
        f"向量模型：{found['encoder']}。"
        f"版本：{'，'.join(f'{name} {version}' for name, version in versions.items())}。"
        "区间由成对自助法得出，下限大于 0 才算明显高出。"
    )


def _system(name: str, row: dict[str, Any]) -> dict[str, Any]:
    low, high = row.get("ours_minus_95", (None, None))
    return {
        "系统": name,
        "nDCG@10": row["ndcg@10"],
        "MRR@10": row["mrr@10"],
        "召回@10": row["recall@10"],
        "每次查询（毫秒）": row["query_ms_p50"],
        "本项目高出（nDCG@10）": row.get("ours_minus"),
        "95% 区间": "" if low is None else f"{low:+.3f} ～ {high:+.3f}",
    }


def _scores(found: dict[str, Any] | None) -> None:
    if found is None:
        st.info(_UNPUBLISHED.format(command="make calibrate"))
        return
    st.caption(
        f"匹配度到 {found['cut_off']} 才算合适。点在对角线上，说明匹配度与实际合适的比例一致；"
        "点越大，落在这一档的命中越多。"
    )
    for column, (key, label) in zip(st.columns(len(_PARTS)), _PARTS.items(), strict=True):
        with column:
            st.subheader(label)
            _part(found[key])


def _part(part: dict[str, Any]) -> None:
    st.caption(f"{part['queries']} 条查询")
    st.altair_chart(_diagram(part["reliability"]))
    _judged(part["false_accepts"], part["recall_of_fitting"])


def _judged(false_accepts: float | None, recall_of_fitting: float | None) -> None:
    left, right = st.columns(2)
    left.metric("误接受率", _percent(false_accepts), help="没有合适案例而被接受的查询")
    right.metric("适合查询的接受率", _percent(recall_of_fitting), help="有合适案例并被接受的查询")


def _percent(share: float | None) -> str:
    return _NONE if share is None else f"{share:.1%}"


def _diagram(bins: Sequence[dict[str, Any]]) -> Any:
    rows = [
        {"匹配度": one["predicted"], "实际合适": one["fits"], "命中": one["hits"]} for one in bins
    ]
    share = alt.Scale(domain=[0, 1])
    x, y = alt.X("匹配度:Q", scale=share), alt.Y("实际合适:Q", scale=share)
    ends = [{"匹配度": end, "实际合适": end} for end in (0, 1)]
    diagonal = alt.Chart(alt.InlineData(values=ends)).mark_line(color="#999", strokeDash=[4, 4])
    bubbles = alt.Chart(alt.InlineData(values=rows)).mark_circle(opacity=0.8)
    return (
        diagonal.encode(x=x, y=y)
        + bubbles.encode(
            x=x,
            y=y,
            size=alt.Size("命中:Q", scale=alt.Scale(range=[60, 900]), legend=None),
            tooltip=["匹配度:Q", "实际合适:Q", "命中:Q"],
        )
    ).properties(height=320)


def _upload() -> None:
    st.caption(
        "上传一张表（xlsx 或 csv），要有“查询”和“正确答案”两列。正确答案写记录编号，"
        "几个编号用顿号隔开；库里没有合适的就空着。"
    )
    st.download_button("下载模板", assistant().evaluating.template(), "检索评测模板.xlsx", _XLSX)
    file = st.file_uploader("查询表", type=["xlsx", "xls", "csv"])
    if not st.button("开始评测", type="primary", disabled=file is None) or file is None:
        return
    evaluating = assistant().evaluating
    st.session_state.pop("ranks", None)
    with progress_bar("正在读取…") as progress:
        try:
            queries = evaluating.read_queries(Path(file.name).name, file.getvalue())
            st.session_state["ranks"] = evaluating.ranks(queries, progress)
        except TousuError as error:
            st.error(str(error))


def _own() -> None:
    ranks: list[LegRanks] = st.session_state.get("ranks", [])
    if not ranks:
        st.info("还没有评测。下载模板，填好后上传，再点“开始评测”。")
        return
    _figures(ranks)
    chosen = st.segmented_control("筛选", [_ALL, _NOT_FIRST, _FALSE], default=_ALL)
    shown = [one for one in ranks if _is_shown(one, chosen or _ALL)]
    st.caption(f"共 {len(shown)} 条；名次是“{_NONE}”表示不在前 50 条记录里。")
    st.dataframe([_row(one) for one in shown], hide_index=True, placeholder=_NONE)
    st.download_button("下载评测报告（xlsx）", report(ranks), "检索评测.xlsx", _XLSX)


def _figures(ranks: Sequence[LegRanks]) -> None:
    found = summary(ranks)
    st.dataframe(
        [
            {"排序": str(leg)} | {label: found[leg][key] for key, label in _RATES.items()}
            for leg in Leg
        ],
        hide_index=True,
        placeholder=_NONE,
    )
    _judged(**found["accepted"])


def _is_shown(one: LegRanks, chosen: str) -> bool:
    if chosen == _NOT_FIRST:
        return bool(one.wanted) and one.places[Leg.OURS] != 1
    return chosen == _ALL or (one.accepted and not one.wanted)


def _row(one: LegRanks) -> dict[str, Any]:
    return {
        "查询": one.query,
        "正确答案": "、".join(one.wanted),
        **{str(leg): one.places[leg] for leg in Leg},
        "首位": f"{one.best_id} {one.best_title}".strip(),
        "匹配度": one.score,
        "接受": one.accepted,
    }
