"""Compare the project's search with what a user would otherwise pick (``make eval``).

    python -m benchmarks.eval [SETS_DIR] [--docs N] [--queries N] [--only NAME ...] [--model FOLDER]

Every set in BEIR layout in SETS_DIR (or in the folder that the variable ``SETS`` names), and the
shipped cases with their labelled queries. All systems index the same passages with the same
vectors in one process and take turns at each query, so that whatever else the machine does hits
all of them; a record stands where its best passage stands. An index's seconds are without the
encoding, which is done once for all; a query's seconds are with the encoding of the query.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.comparing.corpus import Corpus
from benchmarks.comparing.peers import PEERS, Peer
from benchmarks.comparing.scores import NAMES, Run, Scores, interval, score
from benchmarks.comparing.sets import RetrievalSet, beir_sets, library_sets
from benchmarks.comparing.systems import Builder, Dense, Fused, Lexical, Ours, System
from benchmarks.machine import save_set
from desk.calibrating import calibration_for
from desk.opening import open_encoder, open_retriever, open_tokenizer
from desk.settings import load_settings

OURS = "本项目"
BEST = 10  # records that are measured
CONDENSED_FROM = 50  # records asked for where those that nobody judged are left out
HEAD = (
    "系统",
    "nDCG@10",
    "MRR@10",
    "recall@10",
    "查询（毫秒）",
    "建索引（秒）",
    "本项目减它（nDCG@10，95 %）",
)


def main() -> None:
    """Measure every set, print a table each, save."""
    peers = {name: peer.versions() for name, peer in PEERS.items()}
    for data, corpus, seconds in corpora(arguments(__doc__)):
        report = compare(data, corpus, PEERS) | {"encode_seconds": round(seconds, 1)}
        print(table(data.name, report), flush=True)
        about = {"encoder": corpus.encoder.identity, "peers": peers}
        save_set("eval", about, data.name, report)


def corpora(options: argparse.Namespace) -> Iterator[tuple[RetrievalSet, Corpus, float]]:
    """Yield each set that ``options`` ask for, its corpus, and the seconds that encoding took."""
    settings = load_settings()
    if options.model:
        settings = settings.model_copy(update={"model": options.model})
    encoder, tokenizer = open_encoder(settings), open_tokenizer()
    for data in library_sets(settings) + (beir_sets(Path(options.sets)) if options.sets else []):
        if options.only and data.name not in options.only:
            continue
        part = data.sample(options.docs, options.queries)
        begun = time.perf_counter()
        adapted = data.is_shipped
        calibration = calibration_for(settings.home, encoder.identity, adapted=adapted)
        retriever = open_retriever(calibration, adapted=adapted)
        corpus = Corpus.of(part.records, encoder, tokenizer, retriever)
        yield part, corpus, time.perf_counter() - begun


def compare(data: RetrievalSet, corpus: Corpus, peers: Mapping[str, Peer]) -> dict[str, Any]:
    """Return every system's figures on ``data``; ``None`` for a peer that is not installed."""
    builders: dict[str, Builder] = {"BM25": Lexical}
    if corpus.is_cut:
        builders["BM25（整篇）"] = lambda corpus: Lexical(corpus.whole())
    builders |= {"稠密": Dense, "RRF": Fused}
    builders |= {name: peer.builder() for name, peer in peers.items() if peer.versions()}
    builders[OURS] = Ours
    runs = run(data, corpus, builders)
    scores = {name: score(found, data.judgments) for name, found in runs.items()}
    figures = {name: _figures(found, scores[OURS]) for name, found in scores.items()}
    return {
        "documents": len(data.records),
        "passages": len(corpus.passages),
        "queries": len(data.queries),
        "systems": figures | {name: None for name in peers if name not in figures},
    }


def run(data: RetrievalSet, corpus: Corpus, builders: Mapping[str, Builder]) -> dict[str, Run]:
    """Build each system and let them take turns at each query."""
    systems: dict[str, System] = {}
    runs: dict[str, Run] = {}
    for name, builder in builders.items():
        begun = time.perf_counter()
        systems[name] = builder(corpus)
        runs[name] = Run(time.perf_counter() - begun, {}, [])
    limit = BEST if data.judged is None else CONDENSED_FROM
    for query_id, text in data.queries.items():
        for name, system in systems.items():
            begun = time.perf_counter()
            found = system.search(text, limit)
            runs[name].query_seconds.append(time.perf_counter() - begun)
            runs[name].found[query_id] = data.condensed(found)[:BEST]
    return runs


def _figures(found: Scores, ours: Scores) -> dict[str, Any]:
    figures: dict[str, Any] = {name: round(value, 4) for name, value in found.means().items()}
    figures["query_ms_p50"] = round(1000 * found.query_seconds_p50, 2)
    figures["index_seconds"] = round(found.index_seconds, 2)
    if found is not ours:
        mine, its = ours.values["ndcg@10"], found.values["ndcg@10"]
        figures["ours_minus"] = round(float((mine - its).mean()), 4)
        figures["ours_minus_95"] = [round(value, 4) for value in interval(mine, its)]
    return figures


def table(name: str, report: Mapping[str, Any]) -> str:
    """Return ``report`` as a Markdown table in Chinese."""
    lines = [
        f"{name}：{report['documents']} 篇，{report['passages']} 个文本块，"
        f"{report['queries']} 条查询；编码 {report['encode_seconds']} 秒，各系统共用",
        "",
        _row(HEAD),
        _row(["---"] * len(HEAD)),
    ]
    lines += [_row(_cells(system, found)) for system, found in report["systems"].items()]
    return "\n".join([*lines, ""])


def _cells(name: str, found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return [name, "未安装", *[""] * (len(HEAD) - 2)]
    values = [f"{found[key]:.3f}" for key in NAMES]
    difference = ""
    if "ours_minus" in found:
        low, high = found["ours_minus_95"]
        difference = f"{found['ours_minus']:+.3f}（{low:+.3f} 至 {high:+.3f}）"
    return [name, *values, str(found["query_ms_p50"]), str(found["index_seconds"]), difference]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def arguments(description: str | None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("sets", nargs="?", default=os.environ.get("SETS", ""))
    parser.add_argument("--docs", type=int, default=0, help="records a set, 0 for all")
    parser.add_argument("--queries", type=int, default=0, help="queries a set, 0 for all")
    parser.add_argument("--only", nargs="*", default=[], help="names of sets, default all")
    parser.add_argument("--model", default="", help="the model's folder, default the desk's own")
    return parser.parse_args()


if __name__ == "__main__":
    main()
