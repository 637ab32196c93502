"""Phone, identity-card, bank-card, subscriber and plate numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from indexing.masking.spans import Finding

_SEP = r"(?: {1,2}| ?[-·._/] ?)"
# How people group the eleven digits of a mobile number.
_LAYOUTS = (
    *((11,), (3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 4, 3), (4, 3, 4), (5, 6)),
    *((3, 4, 2, 2), (3, 2, 2, 2, 2), (3, 2, 3, 3), (5, 3, 3), (1,) * 11),
)
_NOT_AMOUNT = r"(?!\d| ?(?:元|块|字节|[KMGkmg][Bb]|bps|条|次|户|秒|毫秒|分钟))"


def _layout(groups: tuple[int, ...]) -> str:
    first, *rest = groups
    head = r"1" if first == 1 else rf"1[3-9]\d{{{first - 2}}}"
    return head + "".join(rf"{_SEP}\d{{{size}}}" for size in rest)


_CARRIER = (
    r"(?:\+|00)?86[ -]?|\((?:\+|00)?86\) ?|(?:12593|12520|125[89]\d|179\d\d|193|10193"
    r"|12583[0-9])[ +-]?|0"
)
_MOBILE = re.compile(
    rf"(?<!\d)(?:{_CARRIER}){{0,2}}(?P<number>{'|'.join(map(_layout, _LAYOUTS))}){_NOT_AMOUNT}"
)
# Two or more mobile numbers with nothing between them.
_GLUED = re.compile(r"(?<!\d)(?:1[3-9]\d{9}){2,5}(?!\d)")
_SPOKEN_DIGITS = dict(zip("零〇一幺二两三四五六七八九", "0011223456789", strict=True))
_SPOKEN = re.compile(
    r"(?<![零〇一幺二两三四五六七八九])[一幺][三四五六七八九][零〇一幺二两三四五六七八九]{9}(?![零〇一幺二两三四五六七八九])"
)
_AREA = r"(?:10|2[0-9]|[3-9]\d\d)"
_LANDLINE = re.compile(
    rf"(?:(?<![\dA-Za-z_.])|(?<=[Tt][Ee][Ll]))"
    rf"(?:\(?0{_AREA}\)?(?: {{0,2}}[-—_/.转] ?| {{0,2}})|(?:\+|00)86[ -]?\(?0?{_AREA}\)?[ -]?)"
    rf"(?:[2-9]\d{{2,3}}[ -]?\d{{4}}|[2-9]\d{{3}}[ -]\d{{3}}|[2-9]\d{{2,3}}[ -]\d{{2}}[ -]\d{{2}})"
    rf"(?:(?:-| ?转 ?| ?ext\.? ?)\d{{1,6}})?{_NOT_AMOUNT}"
)
# An area code run together with a number that is too long for a landline: a misdialled mobile.
_MISDIALLED = re.compile(r"(?<![\d.A-Za-z])0(?:10|2\d|[3-9]\d\d)[- ]?[2-9]\d{8,9}(?!\d)")
_LOCAL = re.compile(
    r"(?:电话|座机|固话|宅电|传真|号码|联系方式|转接?[至到]|接续[至到]|主叫|被叫|致电|来电|回电|拨打|[Tt][Ee][Ll])"
    r"(?:号码?)?[ 是为了:.的(]{0,3}(?P<number>[2-9]\d{2,3}[ -]?\d{4}|[3-9]\d{9})"
    r"(?!\d|[-.]\d| ?[元块条次户件人个张分秒年月日KMGkmg%])"
)
_NUMBERED = re.compile(
    r"(?:订单|工单|流水|受理|业务|编|快递|运单|发票|合同|序列|交易|凭证|(?<![话清详账帐])单|批次|批|文|投诉|任务|设备|端口|条形码|条码|物料|资产)"
    r"(?:编|单)?(?:号码?|ID|id|No\.?|NO\.?)?[ 是为:]{0,3}$"
)
_ID18 = re.compile(
    r"(?<!\d)(?P<number>[1-9]\d{5}[ -]?(?:18|19|20)\d\d[ -]?(?:0[1-9]|1[0-2])[ -]?(?:0[1-9]"
    r"|[12]\d|3[01])[ -]?"
    r"\d{3}[ -]?[\dXx])(?![\dA-Za-z])"
)
_ID_ANY = re.compile(
    r"(?:身份证明?|证件|[老旧新本]证|证号|[Ii][Dd] ?[Cc]ard|IDCARD|居民证)"
    r"(?:号码?|编号|卡号?)?[^\d\n]{0,8}?"
    r"(?P<number>\d(?:[ -]?\d){16}[ -]?[\dXx]|\d(?:[ -]?\d){14})(?![\dA-Za-z])"
)
_PROVINCES = frozenset(
    {
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    }
)
_CARD = re.compile(
    r"(?<![\dA-Za-z.])(?P<number>\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?)(?!\d|\.\d| ?元)"
)
_BANKING = re.compile(r"(?:银行|[打退转汇]到|转账|汇款|退款|代扣|账户|户名|余额)[^\d\n。]{0,12}$")
_CARD_CUED = re.compile(
    r"(?:卡号|银行卡|储蓄卡|信用卡|借记卡|工资卡|银行账[号户]|建行卡|工行卡|农行卡|中行卡|招行卡|存折)(?:号码?)?[^\d\n]{0,8}?"
    r"(?P<number>\d(?:[ -]{0,2}\d){15,18})(?!\d)"
)
_SUBSCRIBER = re.compile(
    r"(?:IMSI|IMEI|MEID|ICCID|串号|串码"
    r"|SIM卡号)(?:号码?)?[12]?[^\dA-Za-z\n]{0,6}(?P<number>\d(?:[ /-]?\d){13,19})(?!\d)",
    re.I,
)
_IMSI = re.compile(
    r"(?<![\dA-Za-z.])(?:460(?:0[0-9]|1[15]|20)\d{10}|8986\d{15,16}"
    r"|8986\d{2}[0-9A-Z]\d{12,13})(?!\d)"
)
_PLATE = re.compile(
    r"(?<![A-Za-z0-9])[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Z][·•.\- ]?"
    r"(?:(?:[DFABCEGHJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[DFABCEGHJK])"
    r"|(?P<short>[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9学警挂港澳试]))"
    r"(?=ETC|GPS|OBD|[^A-Za-z0-9]|$)",
    re.I,
)
_NOT_PLATE_BEFORE = {"新": "更最全刷重创翻革", "云": "里动讯为翼信华联通度的", "宁": "", "青": ""}


def find_numbers(text: str, keeps: Callable[[str], bool]) -> Iterator[Finding]:
    """Yield the numbers of ``text`` that belong to somebody; ``keeps`` says which are public."""
    yield from _identity_cards(text)
    yield from _bank_cards(text)
    yield from _subscribers(text)
    yield from _phones(text, keeps)
    yield from _plates(text)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _numbered(text: str, start: int) -> bool:
    """Whether the words before ``start`` say that an order or serial number comes."""
    return _NUMBERED.search(text, max(0, start - 14), start) is not None


def id_checksum_holds(number: str) -> bool:
    """Whether the last character of an 18-character identity number is right (ISO 7064 MOD 11-2).

    >>> id_checksum_holds("11010519491231002X")
    True
    """
    total = sum(int(digit) * (1 << (17 - place)) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()


def luhn_holds(number: str) -> bool:
    """Whether a card number's check digit is right.

    >>> luhn_holds("4111111111111111")
    True
    """
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _identity_cards(text: str) -> Iterator[Finding]:
    for match in _ID18.finditer(text):
        number = re.sub(r"[ -]", "", match["number"])
        if number[:2] not in _PROVINCES:
            continue
        if id_checksum_holds(number) or not _numbered(text, match.start()):
            yield Finding(*match.span("number"), "idcard")
    for match in _ID_ANY.finditer(text):
        yield Finding(*match.span("number"), "idcard")


def _bank_cards(text: str) -> Iterator[Finding]:
    for match in _CARD_CUED.finditer(text):
        yield Finding(*match.span("number"), "bankcard")
    for match in _CARD.finditer(text):
        number = _digits(match["number"])
        bank = number[0] in "34569" and luhn_holds(number)
        bank = bank or (
            number.startswith("62") and _BANKING.search(text, 0, match.start()) is not None
        )
        if bank and not _numbered(text, match.start()):
            yield Finding(*match.span("number"), "bankcard")


def _subscribers(text: str) -> Iterator[Finding]:
    for match in _SUBSCRIBER.finditer(text):
        yield Finding(*match.span("number"), "imsi")
    for match in _IMSI.finditer(text):
        yield Finding(*match.span(), "imsi")


def _phones(text: str, keeps: Callable[[str], bool]) -> Iterator[Finding]:
    for start, end, number in _mobiles(text):
        if not keeps(number):
            yield Finding(start, end, "mobile", clear=1)
    for match in _LANDLINE.finditer(text):
        if not keeps(_digits(match.group())):
            yield Finding(*match.span(), "landline")
    for match in _MISDIALLED.finditer(text):
        if not keeps(_digits(match.group())) and not _numbered(text, match.start()):
            yield Finding(*match.span(), "landline")
    yield from _local_phones(text, keeps)


def _mobiles(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and plain digits of what is written like a mobile number."""
    for match in _MOBILE.finditer(text):
        if len(match["number"]) > 11 or not _numbered(text, match.start()):
            yield *match.span("number"), _digits(match["number"])
    for match in _GLUED.finditer(text):
        if not _numbered(text, match.start()):
            for start in range(match.start(), match.end(), 11):
                yield start, start + 11, text[start : start + 11]
    for match in _SPOKEN.finditer(text):
        yield *match.span(), "".join(_SPOKEN_DIGITS[char] for char in match.group())


def _local_phones(text: str, keeps: Callable[[str], bool]) -> Iterator[Finding]:
    for match in _LOCAL.finditer(text):
        number = _digits(match["number"])
        public = keeps(number) or number.startswith(("400", "800", "95", "96"))
        serial = match.group().startswith("号码") and _numbered(text, match.start())
        if not public and not serial and not _is_date(number):
            yield Finding(*match.span("number"), "landline")


def _is_date(number: str) -> bool:
    if len(number) != 8:
        return False
    try:
        return 1990 <= date(int(number[:4]), int(number[4:6]), int(number[6:])).year <= 2099
    except ValueError:
        return False


def _plates(text: str) -> Iterator[Finding]:
    for match in _PLATE.finditer(text):
        short = match["short"]
        if short is not None and sum(char.isdigit() for char in short) < 3:
            continue
        before = text[match.start() - 1] if match.start() else ""
        if not before or before not in _NOT_PLATE_BEFORE.get(match.group()[0], ""):
            yield Finding(*match.span(), "plate")
