"""Masking of personal data, accounts and inner addresses before a text is stored or shown."""

from __future__ import annotations

from indexing.masking.masker import Masker
from indexing.masking.spans import KIND_NAMES, Masked, MaskSpan

__all__ = ["KIND_NAMES", "MaskSpan", "Masked", "Masker"]
