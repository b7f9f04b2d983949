"""A trend's answer as a panel: one series a segment, over the same periods."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from seawall.core.measure import Arithmetic
from seawall.warning.cause import Segment

Floats = NDArray[np.float64]

UNKNOWN_VALUE = "–"
"""What a segment is called whose column holds nothing."""


@dataclass(frozen=True)
class Panel:
    """Series of one trend, a row each; NaN where a period has nothing.

    Attributes:
        segments: of each row, in their order.
        ends_on: the ends of the periods, oldest first.
        part, whole: as the trend gives them; without a sample, `whole` is all NaN.
    """

    arithmetic: Arithmetic
    segments: tuple[Segment, ...]
    ends_on: tuple[date, ...]
    part: Floats
    whole: Floats

    @property
    def values(self) -> Floats:
        """Part over whole for shares and means (NaN where the whole is nothing), the part alone else."""
        if self.arithmetic in ("count", "level"):
            return self.part
        held = np.where(self.whole > 0, self.whole, np.nan)
        values: Floats = self.part / held
        return values

    def until(self, day: date) -> "Panel":
        """The periods that end on or before a day."""
        count = sum(end <= day for end in self.ends_on)
        return Panel(self.arithmetic, self.segments, self.ends_on[:count],
                     self.part[:, :count], self.whole[:, :count])  # fmt: skip


def panel(rows: pa.Table, by: tuple[str, ...], arithmetic: Arithmetic) -> Panel:
    """A trend's rows as a panel.

    Args:
        rows: columns `*by`, `ends_on`, `part`, `whole`, in any order of rows.
        by: the segment columns that were asked for.
        arithmetic: the trend's.
    """
    days, at = np.unique(rows["ends_on"].to_numpy(), return_inverse=True)
    columns = [_labels(rows[name]) for name in by]
    keys = list(zip(*columns, strict=True)) if by else [()] * rows.num_rows
    known = {key: place for place, key in enumerate(sorted(set(keys)))}
    mine = np.fromiter((known[key] for key in keys), int, len(keys))
    shape = (len(known), len(days))
    part, whole = np.full(shape, np.nan), np.full(shape, np.nan)
    part[mine, at] = _numbers(rows["part"])
    whole[mine, at] = _numbers(rows["whole"])
    return Panel(
        arithmetic=arithmetic,
        segments=tuple(tuple(sorted(zip(by, key, strict=True))) for key in known),
        ends_on=tuple(days.astype("M8[D]").tolist()),
        part=part,
        whole=whole,
    )


def _labels(column: pa.ChunkedArray) -> list[str]:
    return [UNKNOWN_VALUE if each is None else str(each) for each in column.to_pylist()]


def _numbers(column: pa.ChunkedArray) -> Floats:
    numbers: Floats = column.cast(pa.float64()).to_numpy()
    return numbers
