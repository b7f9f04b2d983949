"""All detectors, and what a pack may declare."""

from typing import Annotated

from pydantic import Field

from seawall.warning.detectors.change import Change
from seawall.warning.detectors.threshold import Threshold

DETECTORS = (
    Threshold,
    Change,
)

Detector = Annotated[
    Threshold | Change,
    Field(discriminator="kind"),
]
"""One detector as a pack declares it, told apart by its `kind`."""
