"""What each part of the ranking pays: the search with one part less, or one more.

    python -m benchmarks.ablation [SETS_DIR] [--only NAME ...] [--queries N] [--docs N]

On the sets of `benchmarks.eval`. A difference is the whole search's nDCG@10 less the variant's,
with the paired bootstrap's 95 % interval: above 0 a part pays, and one that is added does not.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.comparing.corpus import Corpus
from benchmarks.comparing.parts import variants
from benchmarks.comparing.scores import interval, score
from benchmarks.comparing.sets import beir_sets, library_sets
from benchmarks.eval import arguments, run
from benchmarks.machine import RESULTS, save
from desk.calibrating import calibration_for
from desk.opening import open_encoder, open_retriever, open_tokenizer
from desk.settings import load_settings

KEPT = RESULTS / "ablation.json"  # sets that are not run now stay


def main() -> None:
    """Measure every set, print a table each, save."""
    options = arguments(__doc__)
    settings = load_settings()
    if options.model:
        settings = settings.model_copy(update={"model": options.model})
    model = Path(settings.model or settings.default_model_folder)
    encoder, tokenizer = open_encoder(settings), open_tokenizer()
    found: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))["sets"] if KEPT.exists() else {}
    for data in library_sets(settings) + (beir_sets(Path(options.sets)) if options.sets else []):
        if options.only and data.name not in options.only:
            continue
        part = data.sample(options.docs, options.queries)
        adapted = data.is_shipped
        calibration = calibration_for(settings.home, encoder.identity, adapted=adapted)
        retriever = open_retriever(calibration, adapted=adapted)
        corpus = Corpus.of(part.records, encoder, tokenizer, retriever)
        runs = run(part, corpus, variants(corpus, model))
        values = {name: score(one, part.judgments).values["ndcg@10"] for name, one in runs.items()}
        found[data.name] = {"queries": len(part.queries)} | {
            name: {
                "ndcg@10": round(float(its.mean()), 4),
                "whole_minus": round(float((values["全部"] - its).mean()), 4),
                "whole_minus_95": [round(v, 4) for v in interval(values["全部"], its)],
            }
            for name, its in values.items()
        }
        print(table(data.name, found[data.name]), flush=True)
        save("ablation", {"encoder": encoder.identity, "sets": found})


def table(name: str, report: dict[str, Any]) -> str:
    """Return ``report`` as a Markdown table in Chinese."""
    lines = [f"{name}：{report['queries']} 条查询", "", "| 变体 | nDCG@10 | 全部减它（95 %） |"]
    lines.append("| --- | --- | --- |")
    for variant, its in report.items():
        if variant != "queries":
            low, high = its["whole_minus_95"]
            difference = f"{its['whole_minus']:+.4f}（{low:+.4f} 至 {high:+.4f}）"
            lines.append(f"| {variant} | {its['ndcg@10']:.4f} | {difference} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
