from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from indexing import errors
from indexing.formats import Limits, extract, read_grids
from tests.indexing.formats import samples


def refusal(path: Path, kind: type[errors.TousuError], limits: Limits | None = None) -> str:
    with pytest.raises(kind) as caught:
        extract(path, path.name, limits or Limits())
    return str(caught.value)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.touch()
    assert refusal(path, errors.EmptyFileError) == "a.docx：文件是空的。"


def test_a_file_without_readable_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(" \n")
    assert refusal(path, errors.EmptyFileError) == "a.txt：文件里没有可读的文字。"


def test_an_enormous_file(tmp_path: Path) -> None:
    path = samples.docx(tmp_path / "a.docx")
    shown = refusal(path, errors.FileLimitError, Limits(max_bytes=1024))
    assert shown.endswith("超过上限 0.000976562 MB。")


def test_a_zip_bomb_by_ratio_by_size_and_by_entries(tmp_path: Path) -> None:
    path = samples.packed(tmp_path / "a.docx", {"word/x.xml": bytes(4 << 20)})
    assert "疑似压缩炸弹" in refusal(path, errors.FileLimitError)
    small = Limits(max_unpacked_bytes=1 << 20)
    assert refusal(path, errors.FileLimitError, small) == (
        "a.docx：解压后有 4.0 MB，超过上限 1 MB。"
    )
    few = Limits(max_entries=2)
    assert refusal(path, errors.FileLimitError, few) == (
        "a.docx：压缩内容有 3 个条目，超过上限 2 个。"
    )


@pytest.mark.parametrize("name", ["../../etc/x", "/etc/x", "..\\x", "C:\\x"])
def test_a_climbing_name(tmp_path: Path, name: str) -> None:
    path = samples.packed(tmp_path / "a.docx", {name: b"x"})
    assert "内含越出目录的路径" in refusal(path, errors.HostileFileError)


def test_a_nested_archive(tmp_path: Path) -> None:
    inner = samples.packed(tmp_path / "b.docx", {}).read_bytes()
    path = samples.packed(tmp_path / "a.docx", {"word/media/b.bin": inner})
    assert refusal(path, errors.HostileFileError) == (
        "a.docx：压缩内容里还有压缩包“word/media/b.bin”，已拒绝。"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_declared_entity(tmp_path: Path, encoding: str) -> None:
    body = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w>&x;</w>'.encode(encoding)
    path = samples.packed(tmp_path / "a.docx", {"word/document2.xml": body})
    assert refusal(path, errors.HostileFileError) == (
        "a.docx：文件内含 DTD 或外部实体声明，已拒绝。"
    )


def test_a_wrong_extension_is_told_the_true_type(tmp_path: Path) -> None:
    path = samples.xlsx(tmp_path / "a.xlsx").rename(tmp_path / "a.docx")
    assert refusal(path, errors.WrongTypeError) == (
        "a.docx：扩展名与内容不符，实际是 xlsx 文件，请改对扩展名或另存后再导入。"
    )


def test_a_page_named_as_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(samples.HTML, encoding="utf-8")
    assert "实际是网页" in refusal(path, errors.WrongTypeError)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_file(tmp_path: Path, share: float) -> None:
    path = samples.docx(tmp_path / "a.docx")
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    assert refusal(path, errors.DamagedFileError) == "a.docx：文件已损坏或不完整，无法打开。"


def test_a_locked_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    assert refusal(path, errors.ProtectedFileError) == (
        "a.xlsx：文件有密码保护，请取消密码后再导入。"
    )


def test_too_little_time(tmp_path: Path) -> None:
    path = samples.docx(tmp_path / "a.docx")
    assert refusal(path, errors.ParserTimeoutError, Limits(seconds=0.01)) == (
        "a.docx：读取超过 0.01 秒，已停止，请拆分后再导入。"
    )


def test_too_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.write("投诉。".encode() * 4_000_000)
    assert refusal(path, errors.ParserMemoryError, Limits(memory_bytes=96 << 20)) == (
        "a.txt：读取时占用内存超过上限，请拆分后再导入。"
    )


def test_a_kind_nobody_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.exe"
    path.write_bytes(b"MZ")
    assert refusal(path, errors.UnsupportedFileError).startswith(
        "a.exe：不支持这种文件，可导入的有"
    )


def test_an_old_word_file_without_a_converter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    path = tmp_path / "a.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument".encode("utf-16-le"))
    assert refusal(path, errors.UnsupportedFileError) == (
        "a.doc：旧版 doc 文件请用 WPS 或 Office 另存为 docx 后再导入。"
    )


def test_a_document_is_no_table(tmp_path: Path) -> None:
    path = samples.docx(tmp_path / "a.docx")
    with pytest.raises(errors.WrongTypeError):
        read_grids(path, "a.docx", Limits())


def test_a_zip_that_is_no_document(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert "实际是压缩包" in refusal(path, errors.WrongTypeError)
