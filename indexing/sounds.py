"""Words that were typed by their sound: 严迟 for 延迟, 烟时 for 延时.

Most Chinese is typed by pronunciation, and what goes wrong is the character, not the sound. A
stretch of the query that is no word is looked up by its sound among words that are often said.
Tones are left out, and sounds that many speakers do not tell apart count as one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

Sound = tuple[str, ...]

_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_LENGTHS = (4, 3, 2)
# zh/z, ch/c, sh/s at the front, l/n likewise; -ng/-n at the end.
_FRONT = re.compile(r"^(?:([zcs])h|[ln](?=[aeiouv]))")
_BACK = re.compile(r"ng$")


def sound_of(word: str) -> Sound:
    """Return the syllables of ``word`` without tones.

    >>> sound_of("延迟") == sound_of("严迟")
    True
    >>> sound_of("正常")
    ('zen', 'can')
    """
    from pypinyin import lazy_pinyin  # a quarter of a second that opening does not need

    return tuple(map(_plain, lazy_pinyin(word)))


def _plain(syllable: str) -> str:
    return _BACK.sub("n", _FRONT.sub(lambda match: match[1] or "l", syllable))


def unknown_sounds(text: str, is_word: Callable[[str], bool]) -> tuple[Sound, ...]:
    """Return the sounds of the stretches of 2 to 4 characters in ``text`` that are no words."""
    found: dict[Sound, None] = {}
    for run in _HAN_RUN.findall(text):
        syllables = sound_of(run)
        if len(syllables) != len(run):
            continue  # a character whose sound is not known
        for length in _LENGTHS:
            for start in range(len(run) - length + 1):
                if not is_word(run[start : start + length]):
                    found[syllables[start : start + length]] = None
    return tuple(found)


class HeardWords:
    """Words that a mistyped stretch may stand for."""

    def __init__(self, words: Iterable[str]) -> None:
        """Keep ``words``, Chinese ones of 2 to 4 characters; they are sounded when first needed."""
        self._words = tuple(words)

    @cached_property
    def _by_sound(self) -> Mapping[Sound, tuple[str, ...]]:
        index: defaultdict[Sound, tuple[str, ...]] = defaultdict(tuple)
        for word in self._words:
            index[sound_of(word)] += (word,)
        return dict(index)

    def heard(self, text: str, is_word: Callable[[str], bool]) -> list[str]:
        """Return the words that sound like a stretch of ``text`` that is none."""
        sounds = unknown_sounds(text, is_word)
        return list(dict.fromkeys(w for s in sounds for w in self._by_sound.get(s, ())))
