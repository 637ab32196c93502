"""The command line: results to stdout, progress and messages to stderr."""

from __future__ import annotations

import sys

from desk.cli import asking, keeping, librarian, serving
from desk.cli.common import BAD_INPUT, NOT_FOUND, app, err
from indexing.errors import NotFoundError, TousuError

__all__ = ["app", "asking", "keeping", "librarian", "main", "serving"]


def main() -> None:
    """Run the command line; errors become one sentence and an exit code."""
    try:
        app()
    except NotFoundError as error:
        err.print(str(error), style="red")
        sys.exit(NOT_FOUND)
    except TousuError as error:
        err.print(str(error), style="red")
        sys.exit(BAD_INPUT)
