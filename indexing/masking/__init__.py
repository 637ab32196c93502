"""Masking of personal data, accounts and inner addresses before a text is stored or shown."""

from __future__ import annotations

from indexing.masking.masker import Masker
from indexing.masking.spans import Masked, MaskSpan

__all__ = ["MaskSpan", "Masked", "Masker"]
