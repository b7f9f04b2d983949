"""Draws and columns: seeded chance, and arrays turned into the contract's columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from seawall.portfolio import tape

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[Any]
"""Dates as `datetime64[D]`, and times as `datetime64[us]`; NumPy's types cannot tell them apart."""

CENT = 100


def generator(seed: int, *purpose: int) -> np.random.Generator:
    """A generator of its own for each purpose, so that one more draw here moves nothing there."""
    return np.random.default_rng(np.random.SeedSequence([seed, *purpose]))


def choose(chance: np.random.Generator, weights: Sequence[float], size: int) -> Ints:
    """Indices drawn with weights."""
    edges = np.cumsum(np.asarray(weights, float) / np.sum(weights))
    drawn = np.searchsorted(edges, chance.random(size), side="right")
    return np.minimum(drawn, len(edges) - 1).astype(np.int64)


def ids(prefix: str, numbers: Ints, width: int = 7) -> pa.Array:
    """Ids such as `L0000042`."""
    padded = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, padded, "")


def label(names: Sequence[str], places: Ints) -> pa.Array:
    """Names by their places."""
    return pa.array(list(names), pa.string()).take(pa.array(places))


def money(cents: Ints) -> pa.Array:
    """Whole cents as the contract's money, exactly: the decimal's own integer is the cents."""
    wide = np.empty((len(cents), 2), np.int64)
    wide[:, 0] = cents
    wide[:, 1] = np.where(cents < 0, -1, 0)
    kind = tape.ARROW_TYPES["money"]
    return pa.Array.from_buffers(kind, len(cents), [None, pa.py_buffer(wide.tobytes())])


def known(values: pa.Array, flags: Flags) -> pa.Array:
    """The values where the flag is set, NULL elsewhere."""
    return pc.if_else(pa.array(flags), values, pa.scalar(None, values.type))


def rows(table: tape.Table, columns: Mapping[str, pa.Array | Days | Floats | Ints]) -> pa.Table:
    """Rows of a contract's table; columns that are not given are NULL."""
    size = len(next(iter(columns.values())))
    arrays = [
        _cast(columns[field.name], field.type) if field.name in columns
        else pa.nulls(size, field.type)
        for field in table.schema
    ]  # fmt: skip
    return pa.Table.from_arrays(arrays, schema=table.schema)


def _cast(values: pa.Array | Days | Floats | Ints, kind: pa.DataType) -> pa.Array:
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    return array if array.type == kind else array.cast(kind)
