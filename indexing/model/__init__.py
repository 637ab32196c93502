"""The embedding model: build it from pinned packages, verify it, encode texts with it."""

from __future__ import annotations

from indexing.model.build import build_default_model
from indexing.model.encoder import load_encoder
from indexing.model.manifest import Manifest, verify_model
from indexing.model.protocol import Encoder

__all__ = ["Encoder", "Manifest", "build_default_model", "load_encoder", "verify_model"]
