"""Looking the house over: what is wrong, how bad it is, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indexing.library import IndexState, Library


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


def examine(library: Library) -> Health:
    """Check the database's own integrity, the passages and the snapshot on disk."""
    findings = [
        Finding(f"记录库损坏：{text}", Severity.ERROR, "请用 tousu restore 恢复最近的备份")
        for text in library.store.damage()
    ]
    state = library.index_state()
    if state in _INDEX:
        findings.append(_INDEX[state])
    counts = library.store.counts()
    passages = counts.pop("passages")
    if passages == 0:
        findings.append(Finding("记录库是空的", Severity.INFO, "运行 tousu build 或 tousu import"))
    if len(library.snapshot()) != passages:
        text = f"索引有 {len(library.snapshot())} 个文本块，记录库有 {passages} 个"
        findings.append(Finding(text, Severity.ERROR, "删除 index 文件夹后重新启动"))
    return Health(library.store.generation(), counts, passages, tuple(findings))
