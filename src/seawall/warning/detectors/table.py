"""All detectors, and what a pack may declare."""

from typing import Annotated

from pydantic import Field

from seawall.warning.detectors.change import Change
from seawall.warning.detectors.change_point import ChangePoint
from seawall.warning.detectors.cusum import Cusum
from seawall.warning.detectors.ewma import Ewma
from seawall.warning.detectors.forecast import Forecast
from seawall.warning.detectors.funnel import Funnel
from seawall.warning.detectors.page_hinkley import PageHinkley
from seawall.warning.detectors.robust_z import RobustZ
from seawall.warning.detectors.threshold import Threshold
from seawall.warning.detectors.vintage import Vintage

DETECTORS = (
    Threshold,
    Change,
    RobustZ,
    Ewma,
    Cusum,
    PageHinkley,
    Funnel,
    Vintage,
    Forecast,
    ChangePoint,
)

Detector = Annotated[
    Threshold
    | Change
    | RobustZ
    | Ewma
    | Cusum
    | PageHinkley
    | Funnel
    | Vintage
    | Forecast
    | ChangePoint,
    Field(discriminator="kind"),
]
"""One detector as a pack declares it, told apart by its `kind`."""
