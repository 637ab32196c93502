"""Looking the house over: what is wrong, how bad it is, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indexing.library import IndexState, Library
from indexing.store.inspection import Fault


class Severity(StrEnum):
    """How bad a finding is; only an error makes the house unhealthy."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """Something worth knowing, with what to do about it."""

    what: str
    severity: Severity
    repair: str


@dataclass(frozen=True)
class Health:
    """The state of store and index."""

    generation: int
    records: dict[str, int]
    passages: int
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Tell whether nothing found is an error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


_INDEX = {
    IndexState.MISSING: Finding(
        "磁盘上没有索引快照", Severity.INFO, "不影响使用；运行 tousu build 可加快下次启动"
    ),
    IndexState.DAMAGED: Finding(
        "磁盘上的索引快照损坏或由别的模型建立",
        Severity.WARNING,
        "启动时已自动从记录库重建；运行 tousu build 写入新的快照",
    ),
    IndexState.BEHIND: Finding(
        "磁盘上的索引快照落后于记录库", Severity.INFO, "启动时已自动补齐；运行 tousu build 更新快照"
    ),
}


_RESTORE = "请用 tousu restore 恢复最近的备份，或删除该记录后重新导入"
_ROWS = {
    Fault.ORPHAN: Finding(
        "文本块 {} 没有所属的记录", Severity.WARNING, "运行 tousu doctor --repair 清除"
    ),
    Fault.BARE: Finding("记录 {} 没有文本块，查不到", Severity.WARNING, "删除该记录后重新导入"),
    Fault.JSON: Finding("记录 {} 的元数据不是 JSON", Severity.ERROR, _RESTORE),
    Fault.SIZE: Finding("文本块 {} 的向量长度与模型不符", Severity.ERROR, _RESTORE),
    Fault.NUMBER: Finding("文本块 {} 的向量含有非数值", Severity.ERROR, _RESTORE),
    Fault.CHANGED: Finding("{} 的内容与写入时不同", Severity.ERROR, _RESTORE),
}
_ROWS_SHOWN = 20


def examine(library: Library) -> Health:
    """Check the database's own integrity, every row and the snapshot on disk."""
    findings = [
        Finding(f"记录库损坏：{text}", Severity.ERROR, "请用 tousu restore 恢复最近的备份")
        for text in library.store.damage()
    ]
    findings += _row_findings(library)
    findings += _index_findings(library)
    counts = library.store.counts()
    passages = counts.pop("passages")
    if passages == 0:
        findings.append(Finding("记录库是空的", Severity.INFO, "运行 tousu build 或 tousu import"))
    return Health(library.store.generation(), counts, passages, tuple(findings))


def repair(library: Library) -> list[Finding]:
    """Mend what can be mended without losing anything; return what was mended.

    Raises:
        StoreError: Store or index cannot be written.
    """
    mended = []
    dropped = library.store.drop_orphans()
    if dropped:
        mended.append(Finding(f"{dropped} 个文本块没有所属的记录", Severity.WARNING, "已清除"))
    index = _index_findings(library)
    if index:
        library.compact()
    return mended + index


def _row_findings(library: Library) -> list[Finding]:
    found = library.store.faults(library.encoder.dim)
    shown = [
        Finding(_ROWS[fault].what.format(name), _ROWS[fault].severity, _ROWS[fault].repair)
        for fault, name in found[:_ROWS_SHOWN]
    ]
    if len(found) > _ROWS_SHOWN:
        text = f"另有 {len(found) - _ROWS_SHOWN} 处同类问题"
        shown.append(Finding(text, Severity.ERROR, _RESTORE))
    return shown


def _index_findings(library: Library) -> list[Finding]:
    state = library.index_state()
    findings = [_INDEX[state]] if state in _INDEX else []
    findings += [
        Finding(f"索引快照没有写完的文件夹 {path.name}", Severity.INFO, "运行 tousu build 清除")
        for path in library.leftovers()
    ]
    if not library.is_index_writable():
        text = "索引文件夹不可写，每次启动都要从记录库重建"
        findings.append(Finding(text, Severity.WARNING, "请检查数据文件夹的权限"))
    whole, held = library.store.searchable_passages(), len(library.snapshot())
    if held != whole:
        text = f"索引有 {held} 个文本块，记录库有 {whole} 个"
        findings.append(Finding(text, Severity.ERROR, "删除 index 文件夹后重新启动"))
    return findings
