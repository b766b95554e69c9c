"""Reading a file as a table: CSV and Parquet by the same rules."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from diagnosis.ml.errors import TableError
from diagnosis.ml.learning.tables.columns import plain_table
from diagnosis.ml.learning.tables.csv_text import read_csv


def read_table(path: str | Path, words: Collection[str] = ()) -> pd.DataFrame:
    """Read a CSV or Parquet file.

    Parameters
    ----------
    path : str or Path
        The file.
    words : collection of str
        Columns whose cells stay as they are written: the categories of a model that was made.

    Raises
    ------
    TableError
        It does not exist, can not be read, or holds no rows.
    """
    file = Path(path)
    if not file.is_file():
        raise TableError(f"There is no file {file}.")
    parquet = file.suffix.lower() in (".parquet", ".pq")
    try:
        table = pd.read_parquet(file) if parquet else read_csv(file.read_bytes())
    except TableError as error:
        raise TableError(f"{file}: {error}") from error
    except (ValueError, OSError, UnicodeError) as error:  # arrow's own are ValueErrors
        kind = "Parquet" if parquet else "CSV"
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TableError(f"{file} can not be read as {kind}: {first}") from error
    if not len(table):
        raise TableError(f"{file} holds no rows.")
    return plain_table(table, words)
