"""How a parser in the child process says why it gives up."""

from __future__ import annotations


class ParseFailure(Exception):  # noqa: N818  never leaves the child
    """A reason by its key, which the parent turns into a typed error."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
