"""The comparison table over three texts and vectors of hashed bigrams."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks import eval as comparison
from benchmarks.comparing.corpus import Corpus
from benchmarks.comparing.peers import Peer
from benchmarks.comparing.scores import interval
from benchmarks.comparing.sets import RetrievalSet, beir, beir_sets
from indexing.calibration import Calibration
from indexing.errors import InputError
from indexing.retrieval import Retriever
from indexing.tokens import Tokenizer

DOCUMENTS = {"A": "宽带晚上经常掉线", "B": "漫游到外地打不出电话", "C": "宽带报修一直没人上门"}
QUERIES = {"q1": "宽带掉线", "q2": "出国漫游打不了电话", "q3": "宽带报修", "q4": "没有答案的一条"}
GRADES = [("q1", "A", 2), ("q2", "B", 2), ("q3", "A", 2), ("q3", "C", 1)]
MISSING = {"没有的同行": Peer("nothing", "Nothing", ("tousu-no-such-package",))}


class BigramEncoder:
    """Counts pairs of characters into 512 buckets."""

    identity = "bigrams-1"
    dim = 512

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.full((len(texts), self.dim), 1e-6, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for pair in pairwise(text):
                digest = hashlib.sha256("".join(pair).encode()).digest()
                row[int.from_bytes(digest[:2], "big") % self.dim] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def encode_passages(self, texts: Sequence[str], **_: object) -> np.ndarray:
        return self.encode_queries(texts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets") / "toy"
    (folder / "qrels").mkdir(parents=True)
    for name, texts in (("corpus", DOCUMENTS), ("queries", QUERIES)):
        rows = [json.dumps({"_id": i, "title": "", "text": text}) for i, text in texts.items()]
        (folder / f"{name}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    lines = ["query-id\tcorpus-id\tscore", *(f"{q}\t{d}\t{grade}" for q, d, grade in GRADES)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def toy(folder: Path) -> RetrievalSet:
    return beir(folder)


@pytest.fixture(scope="module")
def report(toy: RetrievalSet) -> dict:
    retriever = Retriever(Calibration(("bigrams-1",), -6.0, (10.0, 5.0, 0.0, 0.0, 0.0), 0.5))
    corpus = Corpus.of(toy.records, BigramEncoder(), Tokenizer(), retriever)
    return comparison.compare(toy, corpus, MISSING) | {"encode_seconds": 0.1}


def test_queries_without_a_relevant_document_are_left_out(toy):
    assert list(toy.queries) == ["q1", "q2", "q3"]


def test_every_system_is_measured_on_the_same_queries(report):
    assert (report["documents"], report["passages"], report["queries"]) == (3, 3, 3)
    assert list(report["systems"]) == ["BM25", "稠密", "RRF", "本项目", "没有的同行"]
    # q1 and q2 score 1; q3 finds C (grade 1) before A (grade 2):
    # (1 + 2 / log2 3) / (2 + 1 / log2 3) = .8597
    for name in ("BM25", "稠密", "RRF", "本项目"):
        figures = report["systems"][name]
        assert figures["ndcg@10"] == 0.9532, name
        assert (figures["mrr@10"], figures["recall@10"]) == (1.0, 1.0)
    assert report["systems"]["BM25"]["ours_minus_95"] == [0.0, 0.0]


def test_a_peer_that_is_not_installed_is_reported(report):
    assert report["systems"]["没有的同行"] is None
    lines = comparison.table("toy", report).splitlines()
    assert lines[0] == "toy：3 篇，3 个文本块，3 条查询；编码 0.1 秒，各系统共用"
    assert lines[-1] == "| 没有的同行 | 未安装 |  |  |  |  |  |"


def test_a_sample_keeps_what_is_relevant_to_its_queries(toy):
    part = toy.sample(1, 1)
    [query] = part.queries
    relevant = {document for q, document, _ in GRADES if q == query}
    assert {record.id for record in part.records} == relevant
    assert toy.sample(1, 1) == part
    assert toy.sample(0, 0) == toy


def test_unjudged_documents_are_left_out_of_a_condensed_list(toy):
    assert toy.condensed(["C", "B", "A"]) == ["C", "B", "A"]
    known = RetrievalSet("", (), {}, (), frozenset("AC"))
    assert known.condensed(["C", "B", "A"]) == ["C", "A"]


def test_the_interval_is_paired():
    ours = np.array([0.1, 0.5, 0.9, 0.3])
    assert interval(ours, ours - 0.05) == pytest.approx((0.05, 0.05))
    low, high = interval(np.array([1.0, 0.0] * 50), np.array([0.0, 0.0] * 50))
    assert (round(low, 2), round(high, 2)) == (0.4, 0.6)


def test_a_folder_without_sets_is_refused(tmp_path):
    with pytest.raises(InputError, match="没有 BEIR 格式的评测集"):
        beir_sets(tmp_path)
