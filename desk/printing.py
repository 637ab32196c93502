"""A case as one HTML page of its own, for printing and for filing."""

from __future__ import annotations

import html

from cases.categories import load_categories
from cases.record import sections
from desk.browsing import Linked
from indexing.records import Kind, Record

_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><style>
body {{font: 11pt/1.75 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif;
  max-width: 42em; margin: 2em auto; padding: 0 1em; color: #111}}
h1 {{font-size: 17pt; line-height: 1.35; margin: 0 0 .3em}}
h2 {{font-size: 12pt; margin: 1.1em 0 .2em; break-after: avoid}}
p {{margin: 0 0 .6em; white-space: pre-wrap; overflow-wrap: anywhere; orphans: 3; widows: 3}}
.facts {{color: #555; font-size: 9.5pt; border-bottom: 1px solid #999; padding-bottom: .6em}}
@page {{size: A4; margin: 18mm 20mm}}
@media print {{body {{margin: 0; max-width: none; padding: 0}}}}
</style></head><body>
<h1>{title}</h1>
<p class="facts">{facts}</p>
{body}
</body></html>
"""


def printed(record: Record, linked: Linked) -> str:
    """Return ``record`` with what it names as an HTML document."""
    parts = [(name, said) for name, said in body_of(record).items()]
    parts += [
        (name, "\n".join(lines))
        for name, lines in (
            ("适用条款", [f"{r.id} {r.title}" for r in linked.policies]),
            ("标准口径", [f"{r.id} {r.title}" for r in linked.wordings]),
            ("对照案例", [f"{r.id} {r.title}：{why}" for r, why in linked.contrasts]),
        )
        if lines
    ]
    body = "\n".join(
        f"<h2>{html.escape(name)}</h2>\n<p>{html.escape(said)}</p>" for name, said in parts
    )
    facts = " · ".join(facts_of(record))
    return _PAGE.format(title=html.escape(record.title), facts=html.escape(facts), body=body)


def body_of(record: Record) -> dict[str, str]:
    """Return the record's text under its headings, front matter left out."""
    if record.kind is Kind.CASE and (found := sections(record.text)):
        return found
    if record.kind is Kind.WORDING:
        return {_version_name(version): version["text"] for version in record.meta["versions"]}
    parts: dict[str, list[str]] = {}
    for piece in record.passages:
        parts.setdefault(" › ".join(piece.heading) or "正文", []).append(piece.text)
    return {heading: "\n".join(texts) for heading, texts in parts.items()}


def facts_of(record: Record) -> list[str]:
    """Return number, category, urgency, channel, days and source, those that there are."""
    label = load_categories().label(record.category) if record.category else ""
    days = f"{record.valid_from} 起" if record.valid_from else ""
    if record.valid_until:
        days = f"{record.valid_from or '…'} 至 {record.valid_until}"
    channel = str(record.meta.get("channel") or "")
    issuer = str(record.meta.get("issuer") or "")
    facts = [record.id, label, record.urgency or "", channel, days, issuer, record.source]
    return [fact for fact in facts if fact]


def _version_name(version: dict[str, object]) -> str:
    until = f"至 {version['valid_until']}" if version.get("valid_until") else "起"
    return f"版本 {version['version']}（{version['valid_from']} {until}）"
