"""What a reply is read for by the judge: the wording's points and slots, and forbidden phrases."""

from __future__ import annotations

from indexing.model.judge import Question
from kb.checking.rules import Phrase
from kb.wording import SLOT, Point, Version

_KINDS = {
    "text": "文字",
    "date": "日期",
    "datetime": "时间",
    "phone": "电话",
    "number": "数字",
    "ip": "地址",
    "domain": "网址",
    "money": "金额",
}
_MARKS = "，。；！？"


def point_question(point: Point, first: int = 0) -> Question:
    """Ask whether a point is made; two paraphrases from ``first`` on tell what it is."""
    at = first % len(point.say) if point.say else 0
    says = (*point.say[at:], *point.say[:at])[:2]
    return Question("point", f"要点 {point.label}：{'；'.join(says)}")


def slot_question(version: Version, name: str) -> Question:
    """Ask for a slot's value; the wording's clause around it tells what it is."""
    text, mark, slot = version.text, f"{{{name}}}", version.slots[name]
    at = text.find(mark)
    clause = ""
    if at >= 0:
        begin = max(text.rfind(stop, 0, at) for stop in f"{_MARKS}：") + 1
        ends = [end for stop in _MARKS if (end := text.find(stop, at)) >= 0]
        clause = text[begin : min(ends, default=len(text))].replace(mark, "…")
    return Question("slot", f"空位 {slot.label}（{_KINDS[slot.kind]}）：{SLOT.sub('某', clause)}")


def phrase_question(phrase: Phrase, form: int = 0) -> Question:
    """Ask whether a phrase is said, in whatever words; one other form tells what it is."""
    other = phrase.variants[form % len(phrase.variants)] if phrase.variants else ""
    return Question("phrase", f"禁语 {phrase.phrase}：{other}")
