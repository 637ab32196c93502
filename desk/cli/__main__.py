"""``python -m desk.cli``."""

from __future__ import annotations

from desk.cli import main

main()
