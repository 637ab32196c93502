"""Keep the pieces of a multilingual vocabulary that Chinese complaint texts use."""

from __future__ import annotations

import copy
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPECIAL = 4  # <s> <pad> </s> <unk>, the first four ids
WORD_START = "▁"
# Latin pieces beyond this rank are rare in Chinese texts; pieces are sorted by frequency.
COMMON_RANK = 20_000
SHORT_LETTERS = 3

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_OTHER_SCRIPT = re.compile(r"[\u3040-\u30ff\u1100-\u11ff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")


def kept_pieces(tokenizer: dict[str, Any], force: frozenset[str]) -> NDArray[np.int64]:
    """Return the ids to keep, ascending: special, ``force``, Chinese, ASCII and punctuation.

    Every piece of one character stays too, in any script: a text has an unknown piece in the small
    vocabulary only where it has one in the whole.
    """
    pieces = [piece for piece, _ in tokenizer["model"]["vocab"]]
    special = {added["id"] for added in tokenizer["added_tokens"]}
    keep = [
        i
        for i, piece in enumerate(pieces)
        if i < SPECIAL or i in special or piece in force or _wanted(piece, i)
    ]
    return np.array(keep, np.int64)


def _wanted(piece: str, rank: int) -> bool:
    bare = piece.removeprefix(WORD_START)
    if len(bare) <= 1:
        return True
    if _OTHER_SCRIPT.search(bare):
        return False
    if _HAN.search(bare) or not _LETTER.search(bare):
        return True
    return bare.isascii() and (rank < COMMON_RANK or len(bare) <= SHORT_LETTERS)


def pruned_tokenizer(tokenizer: dict[str, Any], keep: NDArray[np.int64]) -> dict[str, Any]:
    """Return the tokenizer file's content with the pieces ``keep`` only, renumbered from 0."""
    new_id = {int(old): new for new, old in enumerate(keep)}
    small = copy.deepcopy(tokenizer)
    vocabulary = tokenizer["model"]["vocab"]
    small["model"]["vocab"] = [vocabulary[i] for i in keep]
    small["model"]["unk_id"] = new_id[tokenizer["model"]["unk_id"]]
    for added in small["added_tokens"]:
        added["id"] = new_id[added["id"]]
    for special in small["post_processor"]["special_tokens"].values():
        special["ids"] = [new_id[i] for i in special["ids"]]
    small["truncation"] = small["padding"] = None
    return small
