"""Surges and trends: volumes, ratios, warning levels, hot issues, knowledge gaps, exports."""
