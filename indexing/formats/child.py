"""The child process: limits itself, parses one file, and prints the outcome as JSON."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import zipfile
from pathlib import Path
from typing import Any

from indexing.formats.failure import ParseFailure
from indexing.formats.types import Extracted

_PARSERS = {
    ".docx": "word",
    ".pptx": "deck",
    ".pdf": "pdf",
    ".xlsx": "sheets",
    ".xls": "sheets",
    ".csv": "sheets",
    ".html": "web",
    ".htm": "web",
    ".md": "plain",
    ".txt": "plain",
}
_DECLARED = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le")
)
_BLOCK = 1 << 20
_RECOGNITION = 4


def main() -> None:
    """Run ``child JOB SUFFIX MEMORY_BYTES PATH``."""
    job, suffix, memory, path = sys.argv[1:]
    parser = importlib.import_module(f"indexing.formats.{_PARSERS[suffix]}")
    limit = int(memory)  # recognition may raise it to the hard one: its models are mapped too
    resource.setrlimit(resource.RLIMIT_AS, (limit, _RECOGNITION * limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = os.dup(1)
    os.dup2(2, 1)  # whatever a parser prints must not reach the answer
    with os.fdopen(answer, "w", encoding="ascii") as out:
        json.dump(_outcome(parser, job, Path(path)), out)


def _outcome(parser: Any, job: str, path: Path) -> dict[str, Any]:
    try:
        if zipfile.is_zipfile(path):
            _refuse_declarations(path)
        if job == "grids":
            return {"grids": parser.grids(path)}
        found: Extracted = parser.parse(path)
    except ParseFailure as failure:
        return {"failure": failure.key}
    except MemoryError:
        return {"failure": "memory"}
    except Exception:
        return {"failure": "damaged"}
    if not found.text.strip():
        return {"failure": "empty"}
    return {"text": found.text.strip() + "\n", "title": found.title, "notes": found.notes}


def _refuse_declarations(path: Path) -> None:
    """Raise if any XML part declares a document type or an entity; reading checks the sums too."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            with archive.open(name) as file:
                tail = b""
                while block := file.read(_BLOCK):
                    if any(word in tail + block for word in _DECLARED):
                        raise ParseFailure("dtd")
                    tail = block[-32:]


if __name__ == "__main__":
    main()
