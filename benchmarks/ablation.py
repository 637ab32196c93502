"""What each part of the ranking pays: the search with one part less, or one more.

    python -m benchmarks.ablation [SETS_DIR] [--only NAME ...] [--queries N] [--docs N]

On the sets of `benchmarks.eval`. A difference is the whole search's nDCG@10 less the variant's,
with the paired bootstrap's 95 % interval: above 0 a part pays, and one that is added does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.comparing.parts import variants
from benchmarks.comparing.scores import interval, score
from benchmarks.eval import arguments, corpora, run
from benchmarks.machine import save_set
from desk.settings import load_settings


def main() -> None:
    """Measure every set, print a table each, save."""
    options, settings = arguments(__doc__), load_settings()
    model = Path(options.model or settings.model or settings.default_model_folder)
    for data, corpus, _ in corpora(options):
        runs = run(data, corpus, variants(corpus, model))
        values = {name: score(one, data.judgments).values["ndcg@10"] for name, one in runs.items()}
        report: dict[str, Any] = {"queries": len(data.queries)} | {
            name: {
                "ndcg@10": round(float(its.mean()), 4),
                "whole_minus": round(float((values["全部"] - its).mean()), 4),
                "whole_minus_95": [round(v, 4) for v in interval(values["全部"], its)],
            }
            for name, its in values.items()
        }
        print(table(data.name, report), flush=True)
        save_set("ablation", {"encoder": corpus.encoder.identity}, data.name, report)


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
