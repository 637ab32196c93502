"""Names of people and places in running text, by the tagger whose weights jieba carries.

jieba ships the small LAC model (Jiao, Sun and Sun 2018, "Chinese Lexical Analysis with Deep
Bi-GRU-CRF Network", arXiv:1807.01882) as bare weights for a framework that this project does not
install. Here the same network runs on onnxruntime: characters, two bidirectional GRU layers, a
linear layer, and the best path through a linear-chain CRF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from indexing.errors import ModelError
from indexing.masking.network import WIDTH, Floats, Weights, open_session

_UNKNOWN = "OOV"
_KINDS = {"PER": "person", "nr": "person", "LOC": "place", "ns": "place", "ORG": "office"}
_REMEMBERED = 4096  # sentences: masking reads a text again after it has masked some of it
_THREADS = 2


@dataclass(frozen=True)
class Entity:
    """A stretch ``[start, end)`` of the text: a ``person``, a ``place`` or an ``office``."""

    start: int
    end: int
    kind: str


class Tagger:
    """Finds people, places and organisations; safe to share between threads."""

    def __init__(self) -> None:
        """Read the weights from the installed jieba.

        Raises:
            ModelError: This jieba does not carry them, or onnxruntime cannot run them.
        """
        try:
            folder = _folder()
            self._characters = _numbered(folder / "word.dic")
            self._tags = {number: tag for tag, number in _numbered(folder / "tag.dic").items()}
            weights = Weights(folder / "model_baseline", len(self._tags))
            self._embedding = weights.read("word_emb", 1 + max(self._characters.values()), WIDTH)
            # Two rows before the transitions say what a path begins and ends with.
            self._begin, self._end, *moves = weights.read("crfw", len(self._tags) + 2, -1)
            self._moves = np.stack(moves, axis=1)  # (to, from)
            self._workers = ThreadPoolExecutor(_THREADS, "tagger")
            self._all = np.arange(len(self._tags))
            self._session = open_session(weights)
            self._known = lru_cache(_REMEMBERED)(lambda text: tuple(self._entities(text)))
        except Exception as error:
            raise ModelError(
                f"读不出分词组件自带的人名地名模型，请重新安装 jieba（{error}）。"
            ) from error

    def entities(self, sentence: str) -> tuple[Entity, ...]:
        """Return what the tagger sees in ``sentence``, which is not empty, in order."""
        return self._known(sentence)

    def read(self, sentences: Sequence[str]) -> list[tuple[Entity, ...]]:
        """Return what `entities` does, for each of ``sentences``, on two threads."""
        if len(sentences) == 1:
            return [self.entities(sentences[0])]
        return list(self._workers.map(self.entities, sentences))

    def _entities(self, text: str) -> Iterator[Entity]:
        begin = 0
        tags = self._best_path(self._scores(text))
        for place in range(1, len(tags) + 1):
            name = self._tags[tags[place - 1]].partition("-")[0]
            if place < len(tags) and self._tags[tags[place]] == f"{name}-I":
                continue
            if name in _KINDS:
                yield Entity(begin, place, _KINDS[name])
            begin = place

    def _scores(self, text: str) -> Floats:
        """Return each tag's score at each character, ``(characters, tags)``."""
        unknown = self._characters[_UNKNOWN]
        numbers = [self._characters.get(char, unknown) for char in text]
        vectors = self._embedding[numbers][:, None, :]
        scores: Floats = self._session.run(None, {"vectors": vectors})[0]
        return scores

    def _best_path(self, scores: Floats) -> list[int]:
        """Return the tags of the best path (Viterbi)."""
        best, came_from = self._begin + scores[0], []
        for row in scores[1:]:
            paths = best + self._moves
            chosen = paths.argmax(axis=1)
            came_from.append(chosen)
            best = paths[self._all, chosen] + row
        path = [int(np.argmax(best + self._end))]
        for step in reversed(came_from):
            path.append(int(step[path[-1]]))
        return path[::-1]


@cache
def load_tagger() -> Tagger:
    """Return the one tagger of this process."""
    return Tagger()


def _folder() -> Path:
    import jieba

    return Path(jieba.__file__).parent / "lac_small"


def _numbered(path: Path) -> dict[str, int]:
    pairs = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {pair[1]: int(pair[0]) for pair in pairs if len(pair) == 2}
