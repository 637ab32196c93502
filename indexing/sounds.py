"""Words that were typed by their sound: 严迟 for 延迟, 烟时 for 延时.

Most Chinese is typed by pronunciation, and what goes wrong is the character, not the sound. A
stretch of the query that is no word is looked up by its sound among the words of the index. Tones
are left out, and sounds that many speakers do not tell apart count as one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from pypinyin import lazy_pinyin

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


def by_sound(words: Iterable[str]) -> Mapping[Sound, tuple[str, ...]]:
    """Index Chinese ``words`` of 2 to 4 characters by their sound."""
    index: defaultdict[Sound, tuple[str, ...]] = defaultdict(tuple)
    for word in words:
        if len(word) in _LENGTHS and _HAN_RUN.fullmatch(word):
            index[sound_of(word)] += (word,)
    return dict(index)
