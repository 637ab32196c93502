"""Which sentences may name a person or a house: only those are worth the tagger's time.

A sentence of ordinary words is cut into words of the dictionary without a rest. A name leaves a
surname with characters that make no word, or is a name that the dictionary knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexing.masking.lexicon import HAN_RUN, Names, cut
from indexing.masking.rules import PersonRules

_PLACE = re.compile(
    r"[省市州盟县区旗镇乡].{1,10}[县区旗镇乡村屯庄寨社组街路巷道弄]"
    r"|[0-9A-Za-z一二三四五六七八九十]{1,5} ?(?:号|栋|幢|座|单元|室|弄|组|队|门)(?!线|机|码|段)"
    r"|\d-\d|·"
)


class Suspects:
    """Tells suspicious sentences from the others."""

    def __init__(self, rules: PersonRules, names: Names) -> None:
        """Take the word lists."""
        self._surnames = rules.surnames
        self._function = rules.function | rules.not_given
        self._common = rules.doubtful | rules.common
        self._names = names

    def is_suspect(self, sentence: str, cuts: dict[str, list[str]]) -> bool:
        """Tell whether ``sentence`` may name a person or a house; ``cuts`` remembers its words."""
        if _PLACE.search(sentence):
            return True
        return any(self._may_name(cut(run, cuts)) for run in HAN_RUN.findall(sentence))

    def _may_name(self, words: Sequence[str]) -> bool:
        if any(map(self._names.is_name, words)):
            return True
        return any(self._opens(*pair) for pair in pairwise(words)) or self._leaves_rest(words)

    def _opens(self, word: str, following: str) -> bool:
        """Tell whether ``word`` is a surname, or begins with one, before what makes no word."""
        rest = len(following) == 1 and following not in self._function
        if word in self._surnames:
            return rest or (len(following) == 2 and word not in self._common)
        looks = len(word) == 2 and word[0] in self._surnames and word[0] not in self._common
        return looks and rest and not self._names.begins_like(word + following)

    def _leaves_rest(self, words: Sequence[str]) -> bool:
        """Tell whether three characters in a row make no word, as in names of other languages."""
        alone = [len(word) == 1 and word not in self._function for word in words]
        return any(all(alone[at : at + 3]) for at in range(len(alone) - 2))
