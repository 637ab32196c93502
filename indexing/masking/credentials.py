"""Accounts, passwords, e-mail addresses and inner network addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import AddressValueError, IPv6Address

from indexing.masking.spans import Finding

_IS = r"(?: ?(?::|=|是|为|(?:设|改|换|重置)[为成]了?|→|->) ?:?| )[ \"'“‘「【\[(<]{0,2}"
_CUE_WORD = (
    r"(?:密码|口令|验证码|校验码|动态码|随机码|短信码|查询码|服务码|[Pp][Uu][Kk]码?[12]?"
    r"|[Pp][Ii][Nn](?![A-Za-z])码?[12]?|[Pp]ass[Ww]ord|[Pp]ass(?=[:=])"
    r"|PASSWORD|[Pp]asswd|[Pp]wd|PWD)"
)
_UNIT = r"(?! ?[位次个分元年天条字小秒月日到至~～][^号]|[位次个分元天]$)"
# With a separator any short run counts; without one it must look like a secret.
_PASSWORD = re.compile(
    rf"{_CUE_WORD}(?:{_IS}(?P<said>[!-~]{{3,64}}){_UNIT}"
    rf"|(?P<bare>[A-Za-z0-9_@#$%&!.]{{4,64}}){_UNIT})"
)
_BEFORE_PASSWORD = re.compile(
    r"(?<![A-Za-z0-9_.@-])(?P<name>[A-Za-z0-9_.@-]{3,64})[ ,，;；/]{0,2}"
    r"(?:登录|初始|服务)?(?:密码|口令|[Pp]assword|[Pp]wd) ?[:=是为]"
)
_NOT_NAMES = frozenset(
    {
        "wifi",
        "wi-fi",
        "wlan",
        "app",
        "boss",
        "vpn",
        "puk",
        "pin",
        "qq",
        "pc",
        "crm",
        "sim",
        "eoms",
        "emos",
        "email",
        "e-mail",
        "pppoe",
        "web",
        "pos",
        "oa",
        "ftp",
        "root",
    }
)
_ACCOUNT_WORD = (
    r"(?:账号|帐号|账户名?|帐户名?|用户名|登录名|登陆名|登录账?号|微信号?|[Qq][Qq]群?|扣扣"
    r"|[Ww]e[Cc]hat|[Vv][Xx]|飞信号?|支付宝"
    r"|淘宝号?|抖音号?|"
    r"钉钉号?|旺旺号?|微博号?|快手号?|[Uu]ser ?[Nn]ame|USERNAME|[Uu]ser|[Ll]ogin|[Aa]ccount"
    r"|[Uu]ser ?[Ii][Dd]|UID|宽带号|上网号|拨号名)"
)
_ENGLISH_CUE = r"(?:[Pp]ass(?:[Ww]or)?d?|[Pp]wd)[:=]"
_ACCOUNT = re.compile(
    rf"{_ACCOUNT_WORD}(?:号码?|ID|名)?(?:{_IS}(?P<said>(?:(?!{_ENGLISH_CUE})[A-Za-z0-9_.@#-]){{3,64}})"
    rf"|(?P<bare>[A-Za-z0-9_@-]{{5,64}})){_UNIT}"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}"
    r" ?@ ?[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|0?[1-9]?\d)"
_SPACED_DOT = r" ?\. ?"
_IP = re.compile(
    rf"(?<![\d.])(?<!\d\. ){_OCTET}(?:{_SPACED_DOT}{_OCTET}){{3}}(?:/[0-3]?\d(?!\d))?(?!\d|\.\d)"
)
_IP_CUE = re.compile(
    r"(?:[Ii][Pp]v?4?|IP|[Pp][Ii][Nn][Gg]|网关|DNS|dns|主机|服务器|地址|节点|@|//)[^\n。；;]{0,14}$"
)
_VERSION_CUE = re.compile(
    r"(?:版本号?|固件|补丁|[Vv]ersion|[Vv]er\.?|[Rr]elease|APP|客户端|升级[到至为]|条款|章节"
    r"|第) ?[:为是]? ?$|[A-Za-z]-?$"
)
_MACHINE = re.compile(
    r"(?:ip|ping|src|dst|host|gw|dns|ssh|telnet|server|from|to) ?[:=为是]? ?$", re.I
)
_IP6 = re.compile(r"(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:])")
_URL = re.compile(r"(?<![A-Za-z])[A-Za-z][A-Za-z0-9+.]{1,15}:/ ?/[!#-&(-;=?-~]{2,400}")
_HOST_PATH = re.compile(
    r"(?<![A-Za-z0-9.@/_-])(?P<host>[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,40}){0,6})"
    r"(?::\d{2,5})?(?P<path>/[!#-&(-;=?-~]{0,200})?"
)
_PUBLIC_TLDS = frozenset(
    {
        "com",
        "cn",
        "net",
        "org",
        "gov",
        "edu",
        "info",
        "biz",
        "top",
        "xyz",
        "cc",
        "tv",
        "me",
        "io",
        "mobi",
        "hk",
        "tw",
        "co",
        "vip",
        "shop",
        "site",
        "online",
        "club",
        "wang",
        "app",
        "dev",
        "us",
        "uk",
        "jp",
    }
)
_INNER_SUFFIXES = frozenset(
    {
        "local",
        "lan",
        "corp",
        "intra",
        "intranet",
        "internal",
        "inner",
        "home",
        "localdomain",
        "private",
        "inside",
        "priv",
    }
)
_INNER_WORD = re.compile(
    r"(?:^|[/._-])(?:he|ah|gd|js)?(?:eoms|emos|intranet)(?:[/._:-]|$)|login\.(?:jsp|do|action"
    r"|aspx?|php)",
    re.I,
)
_PAGE = re.compile(r"\.(?:jsp|do|action|aspx?)(?:$|[?#;])", re.I)
_TAIL = ".,;:!?)]}'"


def find_credentials(text: str, keeps: Callable[[str], bool]) -> Iterator[Finding]:
    """Yield accounts, passwords, e-mails, addresses of machines and inner pages."""
    yield from _passwords(text)
    yield from _urls(text)
    for match in _EMAIL.finditer(text):
        yield Finding(match.start(), match.start() + len(match.group().rstrip("-.")), "email")
    yield from _ips(text)
    yield from _accounts(text, keeps)


def _passwords(text: str) -> Iterator[Finding]:
    for match in _PASSWORD.finditer(text):
        group = "said" if match["said"] else "bare"
        value = match[group]
        if group == "bare" and not _secret(value):
            continue
        if not re.search(r"[A-Za-z0-9]", value) or value.strip("X*x-") == "":
            continue
        start, end = match.span(group)
        yield Finding(start, end - (len(value) - len(value.rstrip(",;)]}>\"'"))), "password")


def _secret(value: str) -> bool:
    digits = sum(char.isdigit() for char in value)
    if digits >= 2 and len(value) >= 6 and value[0].isalpha():
        return True
    return digits >= 4 and (value.isdigit() or any(char.isalpha() for char in value))


def _accounts(text: str, keeps: Callable[[str], bool]) -> Iterator[Finding]:
    for match in _BEFORE_PASSWORD.finditer(text):
        name = match["name"]
        if name.lower() not in _NOT_NAMES and not keeps(name):
            yield Finding(*match.span("name"), "account")
    for match in _ACCOUNT.finditer(text):
        group = "said" if match["said"] else "bare"
        value = match[group].rstrip(".-@#")
        if _account_like(value, group == "bare") and not keeps(value):
            yield Finding(match.start(group), match.start(group) + len(value), "account")


def _account_like(value: str, bare: bool) -> bool:
    if len(value) < 3 or value.lower() in _NOT_NAMES or re.fullmatch(r"[\d.]*\.[\d.]*", value):
        return False
    if set(value) <= set("Xx-_"):
        return False
    return len(value) >= 5 if bare or value.isdigit() else True


def _ips(text: str) -> Iterator[Finding]:
    for match in _IP.finditer(text):
        if not _is_version(text, match):
            yield Finding(*match.span(), "ip")
    for match in _IP6.finditer(text):
        value = match.group()
        if "::" in value or value.count(":") == 7:
            try:
                IPv6Address(value)
            except AddressValueError:
                continue
            if sum(char != ":" for char in value) >= 4:
                yield Finding(*match.span(), "ip")


def _is_version(text: str, match: re.Match[str]) -> bool:
    """Whether four dotted numbers are a version or a section number rather than an address."""
    head = text[max(0, match.start() - 18) : match.start()]
    if _VERSION_CUE.search(head) and not _MACHINE.search(head):
        return True
    if text.startswith(("版本", "版"), match.end()):
        return True
    octets = [int(part) for part in re.findall(r"\d+", match.group())[:4]]
    if " " in match.group() and max(octets) < 100:
        return True
    small = max(octets) < 10 and len(set(octets)) > 1
    return (small or octets[0] == 0) and not _IP_CUE.search(head)


def _urls(text: str) -> Iterator[Finding]:
    taken = -1
    for match in _URL.finditer(text):
        end = match.start() + len(match.group().rstrip(_TAIL))
        taken = max(taken, end)
        rest = re.sub(r"^[^:]+:/ ?/", "", match.group())
        host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
        host = re.sub(r":\d+$", "", host)
        if _inner_host(host.rstrip(_TAIL)) or _INNER_WORD.search(rest):
            yield Finding(match.start(), end, "url_internal")
    for match in _HOST_PATH.finditer(text):
        named = match["path"] or "." in match["host"]
        if named and _inner_page(match["host"], match["path"] or ""):
            end = match.start() + len(match.group().rstrip(_TAIL))
            yield Finding(match.start(), end, "url_internal")


def _inner_host(host: str) -> bool:
    return host.rpartition(".")[2].lower() not in _PUBLIC_TLDS or "." not in host


def _inner_page(host: str, path: str) -> bool:
    """Whether an address without a scheme is one of an inner machine or page."""
    if host.rpartition(".")[2].lower() in _INNER_SUFFIXES and "." in host:
        return True
    if re.fullmatch(rf"{_OCTET}(?:\.{_OCTET}){{3}}", host):
        return len(path) > 1 and not re.match(r"/\d{1,2}(?!\d)", path)
    return bool(path) and bool(_PAGE.search(path)) and bool(_INNER_WORD.search(host + path))
