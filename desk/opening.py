"""Wiring: from settings to an open library, building what is missing with progress shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml

import kb
from cases.categories import load_categories
from desk.calibrating import calibration_for
from desk.reading import Reader
from desk.settings import Settings
from desk.tickets import TicketReader
from indexing.adapter import Adapter
from indexing.calibration import Calibration
from indexing.errors import StoreError
from indexing.formats import Limits
from indexing.library import Library
from indexing.masking import Masker
from indexing.model import Encoder, build_default_model, load_encoder
from indexing.model.judge import Judge, judge_for
from indexing.retrieval import Retriever
from indexing.sounds import HeardWords
from indexing.store.store import Store
from indexing.tokens import Tokenizer

Progress = Callable[[str, float], None]
LEXICON = Path(kb.__file__).parent / "lexicon"


def silent(_text: str, _share: float) -> None:
    """Show no progress."""


def open_library(
    settings: Settings,
    progress: Progress = silent,
    *,
    reembed: bool = False,
    adapted: bool = True,
) -> Library:
    """Open the library of ``settings.home``; the default model is built if it is not there.

    ``reembed`` recomputes all vectors if another model or dictionary made them. The query adapter
    knows the shipped cases: ``adapted=False`` is for records of another world.

    Raises:
        TousuError: Home folder, store or model cannot be used.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"数据文件夹 {settings.home} 不能使用（{error.strerror}）。") from error
    encoder = open_encoder(settings, progress)
    progress("打开记录库和索引", 0.9)
    calibration = calibration_for(settings.home, encoder.identity, adapted=adapted)
    return Library(
        Store(settings.store_address),
        settings.index_folder,
        encoder,
        open_tokenizer(),
        open_retriever(calibration, adapted=adapted),
        reembed=reembed,
    )


def open_encoder(settings: Settings, progress: Progress = silent) -> Encoder:
    """Load the embedding model, building the default one first if need be."""
    folder = settings.default_model_folder
    if not settings.model and not folder.exists():
        build_default_model(folder, cache=settings.home / "cache", progress=progress)
    progress("载入向量模型", 0.8)
    return load_encoder(
        settings.model or folder, backend=settings.backend, threads=settings.threads or None
    )


def open_judge(settings: Settings, encoder: Encoder) -> Judge | None:
    """Load what reads replies and cases beside the default model's encoder; other have none."""
    model = settings.model or settings.default_model_folder
    return judge_for(model, encoder, threads=settings.threads or None)


def open_tokenizer() -> Tokenizer:
    """Load jieba with the domain dictionary."""
    return Tokenizer(LEXICON / "domain_words.txt")


def open_retriever(calibration: Calibration, *, adapted: bool = True) -> Retriever:
    """Read synonyms, the words that mistyped ones may stand for, and the query adapter."""
    groups = yaml.safe_load((LEXICON / "synonyms.yaml").read_text(encoding="utf-8"))
    heard = HeardWords((LEXICON / "heard_words.txt").read_text(encoding="utf-8").split())
    adapter = Adapter.shipped() if adapted else None
    return Retriever(calibration, synonym_map(groups), heard, adapter)


def synonym_map(groups: list[list[str]]) -> dict[str, tuple[str, ...]]:
    """Map each word to the others of its groups.

    >>> synonym_map([["掉线", "断网"]])["掉线"]
    ('断网',)
    """
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        for word in group:
            others = tuple(w for w in group if w != word and w not in found.get(word, ()))
            found[word] = found.get(word, ()) + others
    return found


def service_numbers() -> dict[str, str]:
    """Return public service numbers and what they are; masking keeps them."""
    text = (LEXICON / "service_numbers.yaml").read_text(encoding="utf-8")
    return {str(number): str(name) for number, name in yaml.safe_load(text).items()}


def open_masker() -> Masker:
    """Return the masker that keeps the service numbers readable."""
    return Masker(service_numbers())


def open_reader(settings: Settings) -> Reader:
    """Return the reader of files."""
    return Reader(open_masker(), load_categories(), file_limits(settings))


def open_ticket_reader(settings: Settings) -> TicketReader:
    """Return the reader of work-order exports."""
    return TicketReader(settings.home, open_masker(), load_categories(), file_limits(settings))


def file_limits(settings: Settings) -> Limits:
    """Return what one imported file may cost."""
    return Limits(
        max_bytes=settings.max_file_mb * 2**20,
        memory_bytes=settings.parser_memory_mb * 2**20,
        seconds=settings.parser_seconds,
    )
