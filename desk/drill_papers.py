"""A paper as documents: the questions, and apart from them the key."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from io import BytesIO
from string import ascii_uppercase

from docx import Document

from cases.drills import Paper, Question
from cases.drills.marking import answer_of

_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><style>
body {{font: 11pt/1.75 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif;
  max-width: 42em; margin: 2em auto; padding: 0 1em; color: #111}}
h1 {{font-size: 17pt; margin: 0 0 .3em}}
h2 {{font-size: 12pt; margin: 1.1em 0 .2em; break-after: avoid}}
p {{margin: 0 0 .4em; white-space: pre-wrap; overflow-wrap: anywhere}}
section {{break-inside: avoid}}
@page {{size: A4; margin: 18mm 20mm}}
@media print {{body {{margin: 0; max-width: none; padding: 0}}}}
</style></head><body><h1>{title}</h1>
{body}
</body></html>
"""
_PAPER, _KEY = "投诉处理练习卷", "练习卷答案"


def paper_docx(paper: Paper) -> bytes:
    """Return the questions as .docx, without answers."""
    return _docx(paper, _PAPER, _asked)


def key_docx(paper: Paper) -> bytes:
    """Return the answers with their lessons as .docx."""
    return _docx(paper, _KEY, _answered)


def paper_html(paper: Paper) -> str:
    """Return the questions as one HTML document for printing, without answers."""
    body = "\n".join(
        f"<section><h2>{html.escape(heading)}</h2>\n"
        + "\n".join(f"<p>{html.escape(line)}</p>" for line in _asked(question))
        + "</section>"
        for heading, question in _numbered(paper)
    )
    return _PAGE.format(title=html.escape(f"{_PAPER} {paper.id}"), body=body)


def letter_of(question: Question) -> str:
    """Return the letter of the right option; the empty string where blanks are filled."""
    return ascii_uppercase[question.options.index(question.right)] if question.options else ""


def _docx(paper: Paper, title: str, lines: Callable[[Question], list[str]]) -> bytes:
    document = Document()
    document.add_heading(title, 0)
    document.add_paragraph(
        f"试卷编号：{paper.id}　种子：{paper.seed}　共 {len(paper.questions)} 题"
    )
    for heading, question in _numbered(paper):
        document.add_heading(heading, 2)
        for line in lines(question):
            document.add_paragraph(line)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _numbered(paper: Paper) -> Iterable[tuple[str, Question]]:
    return ((f"第 {n} 题　{q.kind}", q) for n, q in enumerate(paper.questions, 1))


def _asked(question: Question) -> list[str]:
    options = [f"{a}. {o}" for a, o in zip(ascii_uppercase, question.options, strict=False)]
    blanks = [f"{blank.slot.label}：____________" for blank in question.blanks]
    form = [f"口径：{question.form}"] if question.form else []
    return [question.stem, question.ask, *form, *options, *blanks]


def _answered(question: Question) -> list[str]:
    letter = letter_of(question)
    answer = answer_of(question)
    return [
        f"答案：{letter}. {answer}" if letter else f"答案：{answer}",
        f"启示：{question.lesson}",
    ]
