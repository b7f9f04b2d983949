"""Columns: NumPy arrays turned into the contract's Arrow columns, cheaply and exactly."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seawall.portfolio import tape
from seawall.simulator.chance import Flags, Ints

Values = Any
"""A column's values: a PyArrow array (whose package is untyped) or a NumPy array."""

_ZERO = ord("0")


def ids(prefix: str, numbers: Ints, width: int = 7) -> pa.Array:
    """Ids of one length such as `L0000042`, written digit by digit into Arrow's own buffers."""
    head = prefix.encode()
    length = len(head) + width
    text = np.empty((len(numbers), length), np.uint8)
    text[:, : len(head)] = np.frombuffer(head, np.uint8)
    rest = np.asarray(numbers, np.int64)
    for place in range(length - 1, len(head) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + _ZERO
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * np.int32(length)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(text.tobytes())]
    return pa.Array.from_buffers(pa.string(), len(numbers), buffers)


def label(names: Iterable[str], places: Ints) -> pa.Array:
    """Names by their places."""
    return pa.array(list(names), pa.string()).take(pa.array(places))


def same(text: str, size: int) -> pa.Array:
    """One text on every row."""
    return pa.repeat(pa.scalar(text, pa.string()), size)


def money(cents: Ints) -> pa.Array:
    """Whole cents as the contract's money, exactly: a decimal's own integer is its cents."""
    wide = np.empty((len(cents), 2), np.int64)
    wide[:, 0] = cents
    wide[:, 1] = np.where(cents < 0, -1, 0)
    kind = tape.ARROW_TYPES["money"]
    return pa.Array.from_buffers(kind, len(cents), [None, pa.py_buffer(wide.tobytes())])


def known(values: Values, flags: Flags) -> pa.Array:
    """The values where the flag is set, NULL elsewhere."""
    array = values if isinstance(values, pa.Array) else pa.array(values)
    return pc.if_else(pa.array(flags), array, pa.scalar(None, array.type))


def rows(table: tape.Table, columns: Mapping[str, Values]) -> pa.Table:
    """Rows of a contract's table; columns that are not given are NULL."""
    size = len(next(iter(columns.values())))
    arrays = [
        _cast(columns[field.name], field.type)
        if field.name in columns
        else pa.nulls(size, field.type)
        for field in table.schema
    ]
    return pa.Table.from_arrays(arrays, schema=table.schema)


def _cast(values: Values, kind: pa.DataType) -> pa.Array:
    array = values if isinstance(values, pa.Array) else pa.array(values)
    return array if array.type == kind else array.cast(kind)
