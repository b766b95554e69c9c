"""What can be wrong with the input of the library, each said in one clear line."""

import struct
import zipfile
import zlib


class MLError(ValueError):
    """Something that the caller gave can not be used."""


class SchemaError(MLError):
    """A feature schema contradicts itself."""


class UnitError(MLError):
    """A value stands in a unit that the feature does not know, or in none where it needs one."""


class TableError(MLError):
    """A table can not be read or does not hold what is needed."""


class RecipeError(MLError):
    """A recipe names what does not exist or can not be done."""


class TaskError(MLError):
    """A recipe or a manifest names a kind of result that there is not."""


class ArtifactError(MLError):
    """An artifact is incomplete, was changed, or does not agree with its serving form."""


DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What readers of archives, arrays and JSON raise at damaged bytes; tried with hundreds of damages.

``NotImplementedError`` and ``RecursionError`` are run-time errors, ``UnicodeError`` a value's.
"""
