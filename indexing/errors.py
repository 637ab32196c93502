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


class EmptyFileError(InputError):
    """A file holds no bytes, or nothing that can be read."""


class FileLimitError(InputError):
    """A file is larger, or unpacks to more, than the limits allow."""


class ProtectedFileError(InputError):
    """A file is locked with a password."""


class DamagedFileError(InputError):
    """A file is cut short or broken, or crashes its parser."""


class WrongTypeError(InputError):
    """A file's content is not what its extension says."""


class HostileFileError(InputError):
    """An archive in an archive, a climbing path name, a DTD or an external entity."""


class ParserTimeoutError(InputError):
    """A file takes longer to read than the limit."""


class ParserMemoryError(InputError):
    """A file takes more memory to read than the limit."""


class UnsupportedFileError(InputError):
    """No parser, converter or recogniser for this kind of file is at hand."""
