"""From a file to a record: decode, parse or clean, mask, split."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cases.categories import Categories
from cases.causes import SECTION, cause_of
from cases.record import read_case, sections
from indexing.chunking import split
from indexing.errors import FormatError, InputError
from indexing.formats import DOCUMENT_SUFFIXES, Limits, extract
from indexing.frontmatter import YamlText, has_front_matter
from indexing.masking import Masked, Masker, MaskSpan
from indexing.records import ASKED, Kind, Passage, Record, Status
from indexing.text import clean
from indexing.text.decode import decode
from kb.policy import read_policy
from kb.wording import Version, Wording, read_wording

TEXT_SUFFIXES = (".md", ".markdown", ".txt")
YAML_SUFFIXES = (".yaml", ".yml")
SUFFIXES = {
    Kind.CASE: TEXT_SUFFIXES + YAML_SUFFIXES + DOCUMENT_SUFFIXES,
    Kind.POLICY: TEXT_SUFFIXES + YAML_SUFFIXES + DOCUMENT_SUFFIXES,
    Kind.WORDING: YAML_SUFFIXES + TEXT_SUFFIXES,
}
OFFICE_SUFFIXES = tuple(suffix for suffix in DOCUMENT_SUFFIXES if suffix not in TEXT_SUFFIXES)
_DOCUMENT_PREFIX = {Kind.CASE: "C-DOC", Kind.POLICY: "P-DOC"}


@dataclass(frozen=True)
class Read:
    """A record read from a file, with notes in Chinese of what was repaired on the way.

    ``original`` is the record's text before it was masked, of the same length, and ``masks`` are
    the stretches that were; a wording, which is masked value by value, has neither.
    """

    record: Record
    notes: tuple[str, ...] = ()
    original: str = ""
    masks: tuple[MaskSpan, ...] = ()


@dataclass(frozen=True)
class Reader:
    """Reads files of the contract's formats and documents of every kind."""

    masker: Masker
    categories: Categories
    limits: Limits

    keep: frozenset[str] = frozenset()

    def read(self, path: Path, kind: Kind, name: str, *, publish: bool) -> Read:
        """Return the record that ``path`` holds; ``name`` is what messages call the file.

        What reads like one of ``keep`` is not masked: false alarms that somebody has looked at.

        Raises:
            InputError: The file is not readable text, or breaks the format of ``kind``.
        """
        if kind is not Kind.WORDING and path.suffix.lower() in OFFICE_SUFFIXES:
            found = extract(path, name, self.limits)
            return self._document(
                found.text, kind, name, found.notes, title=found.title, publish=publish
            )
        text = self._text(path, name)
        if kind is Kind.WORDING:
            if path.suffix.lower() not in YAML_SUFFIXES:
                raise FormatError(f"{name}：口径应为 YAML 文件(.yaml)。")
            return self._wording(text, name, publish=publish)
        if path.suffix.lower() in YAML_SUFFIXES and not has_front_matter(text):
            raise FormatError(f"{name}:YAML 文件只能作为口径(--kind wording)导入。")
        return self.read_text(text, kind, name, publish=publish)

    def read_text(self, text: str, kind: Kind, name: str, *, publish: bool) -> Read:
        """Return the case or policy that ``text`` holds.

        Raises:
            InputError: It breaks the format of ``kind``.
        """
        if has_front_matter(text):
            return self._with_header(text, kind, name, publish=publish)
        return self._document(text, kind, name, publish=publish)

    def _text(self, path: Path, name: str) -> str:
        try:
            size = path.stat().st_size
            if size > self.limits.max_bytes:
                limit = self.limits.max_bytes // 2**20
                raise InputError(f"{name}：文件有 {size / 2**20:.1f} MB，超过上限 {limit} MB。")
            raw = path.read_bytes()
        except OSError as error:
            raise InputError(f"{name}：文件读不出来（{error.strerror}）。") from error
        text = decode(raw, name)
        if not text.strip():
            raise InputError(f"{name}：文件是空的。")
        return text

    def _check_category(self, category: str, yaml_text: YamlText) -> None:
        if category not in self.categories:
            line = yaml_text.line_of(("category",))
            raise FormatError(f"{yaml_text.name} 第{line}行：分类表中没有“{category}”。")

    def _with_header(self, text: str, kind: Kind, name: str, *, publish: bool) -> Read:
        header: Any
        header, yaml_text = (read_case if kind is Kind.CASE else read_policy)(text, name)
        self._check_category(header.category, yaml_text)
        found = self._mask(text)
        masked = found.text
        passages = tuple(
            Passage(c.heading, c.start, c.end, c.text, c.start, c.end)
            for c in split(masked, start=yaml_text.end)
        )
        if not passages:
            raise FormatError(f"{name}：front matter 之后没有正文。")
        asked = getattr(header, "phrasings", [])
        passages += tuple(_asked(said, text, masked, yaml_text) for said in asked)
        said = self._masked(header.model_dump(mode="json"))
        if kind is Kind.CASE:
            said["cause"] = cause_of(sections(masked).get(SECTION, ""))
        return Read(
            Record(
                id=header.id,
                kind=kind,
                title=said["title"],
                text=masked,
                status=_status(Status(header.status), publish=publish),
                passages=passages,
                category=header.category,
                urgency=getattr(header, "urgency", None),
                valid_from=header.effective_from,
                valid_until=header.effective_until,
                source=said["source"],
                file_name=name,
                meta=said,
            ),
            original=text,
            masks=found.spans,
        )

    def _wording(self, text: str, name: str, *, publish: bool) -> Read:
        wording, yaml_text = read_wording(text, name)
        self._check_category(wording.category, yaml_text)
        wording = Wording.model_validate(self._masked(wording.model_dump(mode="json")))
        body, passages = _wording_passages(wording)
        return Read(
            Record(
                id=wording.id,
                kind=Kind.WORDING,
                title=wording.title,
                text=body,
                status=_status(Status(wording.status), publish=publish),
                passages=passages,
                category=wording.category,
                file_name=name,
                meta=wording.model_dump(mode="json"),
            )
        )

    def _document(
        self,
        text: str,
        kind: Kind,
        name: str,
        notes: tuple[str, ...] = (),
        *,
        publish: bool,
        title: str | None = None,
    ) -> Read:
        cleaned = clean(text)
        found = self._mask(cleaned.text)
        masked = found.text
        chunks = split(masked)
        if not chunks:
            raise InputError(f"{name}：清理之后没有可用的正文。")
        origin = cleaned.origin
        passages = tuple(
            Passage(
                c.heading, c.start, c.end, c.text, int(origin[c.start]), int(origin[c.end - 1]) + 1
            )
            for c in chunks
        )
        title = self._mask(title or Path(name).stem).text
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        record = Record(
            id=f"{_DOCUMENT_PREFIX[kind]}-{digest}",
            kind=kind,
            title=title,
            text=masked,
            status=_status(Status.DRAFT, publish=publish),
            passages=passages,
            source=self._mask(Path(name).stem).text,
            file_name=self._mask(name).text,
            meta={"notes": [*notes, *cleaned.notes]},
        )
        return Read(record, (*notes, *cleaned.notes), cleaned.text, found.spans)

    def _mask(self, text: str) -> Masked:
        return self.masker.mask(text).keeping(text, self.keep)

    def _masked(self, value: Any) -> Any:
        return _map_strings(value, lambda text: self._mask(text).text)


def _status(status: Status, *, publish: bool) -> Status:
    return Status.PUBLISHED if publish and status is Status.DRAFT else status


def _map_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_map_strings(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _map_strings(item, change) for key, item in value.items()}
    return value


def _asked(said: str, text: str, masked: str, header: YamlText) -> Passage:
    """Return the passage of a way of asking, which stands in the front matter.

    Raises:
        FormatError: It is folded or escaped there, so that it has no place of its own.
    """
    start = text.find(said, 0, header.end)
    if start < 0 or not said.strip():
        line = header.line_of(("phrasings",))
        raise FormatError(f"{header.name} 第{line}行：客户说法“{said}”应写在一行里，不加转义。")
    end = start + len(said)
    return Passage(("客户说法",), start, end, masked[start:end], start, end, part=ASKED)


def _wording_passages(wording: Wording) -> tuple[str, tuple[Passage, ...]]:
    """Return the versions' texts one after the other, and a passage for each version."""
    texts: list[str] = []
    passages = []
    start = 0
    for version in wording.versions:
        text = version.text.strip()
        end = start + len(text)
        passages.append(_version_passage(version, start, end, text))
        texts.append(text)
        start = end + 2
    return "\n\n".join(texts), tuple(passages)


def _version_passage(version: Version, start: int, end: int, text: str) -> Passage:
    since: date = version.valid_from
    return Passage(
        (), start, end, text, start, end, since, version.valid_until, part=version.version
    )
