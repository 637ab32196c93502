"""Chinese text to search tokens: jieba words with a domain dictionary, and codes kept whole."""

from __future__ import annotations

import hashlib
import logging
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import jieba

# A code: a plan name, model or service number such as ``PPR-9087``, ``12593`` or ``NE5000E``.
CODE = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
_PART = re.compile(r"[a-z]+|[0-9]+")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")

TOKENIZER_VERSION = "jieba-search-1"


class Tokenizer:
    """Cuts a text into lower-cased search tokens, without stop words."""

    def __init__(self, dictionary: Path | None = None, stop_words: Iterable[str] = ()) -> None:
        """Load jieba's own dictionary and, over it, the domain ``dictionary`` (jieba format)."""
        jieba.setLogLevel(logging.WARNING)
        self._jieba = jieba.Tokenizer()
        digest = hashlib.sha256(f"{TOKENIZER_VERSION} {jieba.__version__}".encode())
        if dictionary is not None:
            self._jieba.load_userdict(str(dictionary))
            digest.update(dictionary.read_bytes())
        self._stop = frozenset(stop_words)
        digest.update(" ".join(sorted(self._stop)).encode())
        self.identity = f"{TOKENIZER_VERSION}:{digest.hexdigest()[:16]}"

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of ``text`` in order: words, their shorter words, and codes."""
        text = unicodedata.normalize("NFKC", text).lower()
        found: list[str] = []
        position = 0
        for code in CODE.finditer(text):
            found += self._words(text[position : code.start()])
            found += _code_tokens(code.group())
            position = code.end()
        return found + self._words(text[position:])

    def knows(self, word: str) -> bool:
        """Tell whether ``word`` is in the dictionary."""
        self._jieba.initialize()
        return bool(self._jieba.FREQ.get(word))

    def _words(self, text: str) -> list[str]:
        return [
            word
            for run in _HAN_RUN.findall(text)
            for word in self._jieba.cut_for_search(run, HMM=False)
            if word not in self._stop
        ]


def _code_tokens(code: str) -> list[str]:
    parts = _PART.findall(code)
    return [code] if len(parts) <= 1 else [code, *parts]


def codes(text: str) -> list[str]:
    """Return the codes in a query: what must be matched to the letter.

    >>> codes("PPR-9087套餐用12593打5次")
    ['ppr-9087', '12593']
    """
    text = unicodedata.normalize("NFKC", text).lower()
    found = (match.group() for match in CODE.finditer(text))
    return [code for code in found if _is_code(code)]


def _is_code(code: str) -> bool:
    digits = sum(char.isdigit() for char in code)
    return digits >= 4 or (digits >= 2 and digits < len(code) and not code.endswith(_UNITS))


_UNITS = ("mb", "gb", "kb", "m", "g", "k", "tb", "bps", "mbps", "ghz", "mhz", "km", "h", "s", "ms")
