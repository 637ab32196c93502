"""Text and Markdown: decoded, without scripts and with pictures as their captions."""

from __future__ import annotations

import re
from pathlib import Path

from indexing.errors import NotTextError
from indexing.formats.failure import ParseFailure
from indexing.formats.types import Extracted
from indexing.text.decode import decode

_SCRIPT = re.compile(r"<(script|style|iframe)\b[^>]*>.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_PICTURE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)|<img\b[^>]*>", re.IGNORECASE)
_TITLE = re.compile(r"^#\s+(.+)$", re.MULTILINE)


def read_text(path: Path) -> str:
    """Return the decoded text of a file."""
    try:
        return decode(path.read_bytes(), path.name)
    except NotTextError as error:
        raise ParseFailure("encoding") from error


def parse(path: Path) -> Extracted:
    """Return the text of a Markdown or plain text file."""
    text = _PICTURE.sub(lambda m: m[1] or "", _SCRIPT.sub("", read_text(path)))
    title = _TITLE.search(text)
    return Extracted(text, title[1].strip() if title else None)
