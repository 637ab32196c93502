"""Write an encoder as a complete sentence-transformers folder, without importing torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from indexing.model.q4 import Shape
from indexing.model.weights import Weights, state

NAME = "multilingual-e5-small-zh"
QUERY_PROMPT = "query: "
DOCUMENT_PROMPT = "passage: "
MAX_SEQ_LENGTH = 512
FAST = "fast/model.onnx"

_SPECIAL = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}
_MODULES = ("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")
_README = """\
# multilingual-e5-small，中文词表

由 intfloat/multilingual-e5-small(MIT 许可)的 4 位量化权重还原而成，词表裁剪到中文、ASCII 和标点。
查询前加 `query: `，文档前加 `passage: `；按注意力掩码取平均，再作 L2 归一化。
许可全文见 LICENSE。
"""
_LICENSE = """\
MIT License

Copyright (c) 2023 Intfloat contributors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def save_sentence_transformer(
    folder: Path, weights: Weights, tokenizer: dict[str, Any], *, notice: str
) -> None:
    """Write modules, configuration, tokenizer, float16 weights and licence into ``folder``.

    Weights are float16 on disk while the configuration says float32: computing in float16 gives
    NaN on some CPUs.
    """
    from safetensors.numpy import save_file

    save_file(state(weights), folder / "model.safetensors", metadata={"format": "pt"})
    contents = {
        "config.json": _bert_config(weights.shape, vocabulary=len(weights.words.dense())),
        "tokenizer.json": tokenizer,
        "tokenizer_config.json": _tokenizer_config(),
        "special_tokens_map.json": _SPECIAL,
        "sentence_bert_config.json": {"max_seq_length": MAX_SEQ_LENGTH, "do_lower_case": False},
        "config_sentence_transformers.json": _prompts(),
        "modules.json": _modules(),
        "1_Pooling/config.json": _pooling(weights.shape.hidden),
    }
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    for name, content in contents.items():
        text = json.dumps(content, ensure_ascii=False, indent=None if len(content) > 30 else 1)
        (folder / name).write_text(text + "\n", "utf-8")
    (folder / "README.md").write_text(_README, "utf-8")
    (folder / "LICENSE").write_text(_LICENSE, "utf-8")
    (folder / "NOTICE").write_text(notice, "utf-8")


def _bert_config(shape: Shape, vocabulary: int) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": float(f"{shape.layer_norm_eps:.6g}"),
        "hidden_act": "gelu",
        "pad_token_id": 1,
        "torch_dtype": "float32",
        "dtype": "float32",
    }


def _tokenizer_config() -> dict[str, Any]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": MAX_SEQ_LENGTH,
        "clean_up_tokenization_spaces": False,
        "model_input_names": ["input_ids", "attention_mask"],
        **_SPECIAL,
    }


def _prompts() -> dict[str, Any]:
    return {
        "prompts": {"query": QUERY_PROMPT, "document": DOCUMENT_PROMPT, "passage": DOCUMENT_PROMPT},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }


def _modules() -> list[dict[str, Any]]:
    return [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (kind, path) in enumerate(_MODULES)
    ]


def _pooling(dim: int) -> dict[str, Any]:
    return {
        "word_embedding_dimension": dim,
        "pooling_mode_cls_token": False,
        "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": False,
        "pooling_mode_mean_sqrt_len_tokens": False,
    }
