"""What a user would otherwise pick, where it is installed (``pip install -e '.[peers]'``)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from benchmarks.comparing.systems import Builder


@dataclass(frozen=True)
class Peer:
    """A system in a module of this package, and the packages that it needs."""

    module: str
    name: str
    packages: tuple[str, ...]

    def versions(self) -> dict[str, str] | None:
        """Return the packages' versions, or ``None`` where one is not installed."""
        try:
            return {name: version(name) for name in self.packages}
        except PackageNotFoundError:
            return None

    def builder(self) -> Builder:
        """Return the system's class."""
        found: Builder = getattr(import_module(f"{__package__}.{self.module}"), self.name)
        return found


PEERS = {
    "txtai 混合": Peer("txtai_hybrid", "Txtai", ("txtai",)),
    "txtai 混合（精确）": Peer("txtai_hybrid", "TxtaiExact", ("txtai",)),
    "LangChain 组合": Peer(
        "langchain_ensemble",
        "LangChain",
        ("langchain-core", "langchain-community", "langchain-classic", "rank-bm25"),
    ),
}
