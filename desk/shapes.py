"""The JSON shapes of the contract: what programs may rely on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desk.answering import Answer
    from desk.drafting import Draft
    from desk.health import Health
    from desk.importing import FileReport
    from desk.librarian import Leaning
    from indexing.evaluation import Evaluation
    from indexing.masking import Masked
    from indexing.records import Hit, Record, Result
    from indexing.store.history import Event, Version


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return a hit as the contract shows it, with more keys behind the promised ones."""
    return {
        "kind": hit.kind.value,
        "id": hit.id,
        "title": hit.title,
        "passage": hit.passage,
        "span": list(hit.span),
        "score": hit.score,
        "highlights": [list(span) for span in hit.highlights],
        "rank": hit.rank,
        "category": hit.category,
        "urgency": hit.urgency,
        "status": hit.status.value,
        "heading": list(hit.heading),
        "source_span": list(hit.source_span),
        "cosine": hit.cosine,
        "bm25": hit.bm25,
    }


def result_json(result: Result) -> dict[str, Any]:
    """Return what ``tousu search --json`` prints."""
    return {
        "generation": result.generation,
        "no_match": result.no_match,
        "hits": [hit_json(hit) for hit in result.hits],
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return what ``tousu answer --json`` prints."""
    triage = answer.triage
    return {
        "generation": answer.generation,
        "no_match": answer.no_match,
        "triage": {
            "category": triage.category,
            "category_confidence": triage.category_confidence,
            "runner_up": triage.runner_up,
            "sure": triage.sure,
            "urgency": triage.urgency,
            "reasons": list(triage.reasons),
            "due_hours": triage.due_hours,
            "ask": list(triage.ask),
        },
        "cases": [hit_json(hit) for hit in answer.cases],
        "policies": [hit_json(hit) for hit in answer.policies],
        "wording": [
            hit_json(item.hit)
            | {
                "version": item.version.version,
                "text": item.text,
                "slots": list(item.slots),
                "slot_details": {name: slot.model_dump() for name, slot in item.slots.items()},
            }
            for item in answer.wording
        ],
    }


def masked_json(masked: Masked) -> dict[str, Any]:
    """Return what ``tousu mask --json`` prints."""
    return {"text": masked.text, "spans": [[s.start, s.end, s.kind] for s in masked.spans]}


def health_json(health: Health) -> dict[str, Any]:
    """Return what ``tousu doctor --json`` prints."""
    return {
        "healthy": health.healthy,
        "generation": health.generation,
        "records": health.records,
        "passages": health.passages,
        "findings": [
            {"what": f.what, "severity": f.severity.value, "repair": f.repair}
            for f in health.findings
        ],
    }


def import_json(reports: list[FileReport]) -> dict[str, Any]:
    """Return what ``tousu import --json`` prints."""
    return {
        "files": [
            {
                "file": report.file,
                "status": report.status,
                "reason": report.reason,
                "rows_in": report.rows_in,
                "stored": report.stored,
                "merged": report.merged,
                "rejected": [{"row": r.row, "reason": r.reason} for r in report.rejected],
                "ids": list(report.record_ids),
                "notes": list(report.notes),
            }
            for report in reports
        ]
    }


def evaluation_json(found: Evaluation) -> dict[str, Any]:
    """Return what ``tousu evaluate --json`` prints."""
    return {
        "dataset": found.dataset,
        "queries": found.queries,
        "documents": found.documents,
        **found.measures,
        "seconds": {"index": found.index_seconds, "query_p50": found.query_p50_seconds},
    }


def draft_json(draft: Draft) -> dict[str, Any]:
    """Return what ``tousu preview --json`` prints; offsets count in ``text``."""
    record = draft.record
    return {
        "id": record.id,
        "kind": record.kind.value,
        "title": record.title,
        "category": record.category,
        "outline": [list(heading) for heading in draft.outline],
        "text": record.text,
        "passages": [
            {
                "heading": list(passage.heading),
                "span": [passage.start, passage.end],
                "source_span": [passage.source_start, passage.source_end],
                "text": passage.text,
            }
            for passage in record.passages
        ],
        "masks": [[span.start, span.end, span.kind] for span in draft.masks],
        "notes": list(draft.notes),
    }


def history_json(
    record: Record, events: Sequence[Event], versions: Sequence[Version], leaning: Leaning
) -> dict[str, Any]:
    """Return what ``tousu history --json`` prints."""
    return {
        "id": record.id,
        "title": record.title,
        "status": record.status.value,
        "events": [asdict(event) for event in events],
        "versions": [{"generation": v.generation, "at": v.at} for v in versions],
        "leaning": {
            "cases": [name for name, _ in leaning.cases],
            "wordings": [name for name, _ in leaning.wordings],
            "drills": leaning.drills,
        },
    }
