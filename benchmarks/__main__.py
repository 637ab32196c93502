"""Run the benchmarks one after the other: ``python -m benchmarks`` (``make bench``)."""

from __future__ import annotations

from benchmarks import query, start

query.main(query.SIZES[:2])
start.main()
