"""The one tree of errors: each message is a single Chinese sentence that says what and where."""

from __future__ import annotations


class TousuError(Exception):
    """Base of every error that a person can act on; anything else is a bug."""


class InputError(TousuError):
    """The caller's text, path or option cannot be used."""


class NotTextError(InputError):
    """A file that should hold text holds something else."""


class FormatError(InputError):
    """A case, policy or wording file breaks the contract's format."""


class DuplicateIdError(InputError):
    """Two different records claim one id."""


class NotFoundError(TousuError):
    """A record, wording or file that was asked for is not there."""


class ModelError(TousuError):
    """The embedding model's folder is missing, incomplete or changed."""


class StoreError(TousuError):
    """The record store cannot be read or written."""


class StaleIndexError(TousuError):
    """Stored vectors were made by another model or dictionary."""
