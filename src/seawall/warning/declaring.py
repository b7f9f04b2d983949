"""What the declarations of all detectors share."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

CONFIG = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TwoLimits(BaseModel):
    """A detector with two limits of its statistic: from `amber` on amber, from `red` on red."""

    model_config = CONFIG

    amber: float
    red: float

    @model_validator(mode="after")
    def _red_is_worse(self) -> Self:
        if self.red < self.amber:
            msg = "`red` is at or beyond `amber`"
            raise ValueError(msg)
        return self
