"""All settings of one station, checked together."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from config.fields import Checked, FieldError, shown
from config.machine import Calibration, MachineProfile, check_together
from config.standard import STANDARDS, FormStandard


class StationSettings(Checked, frozen=True, kw_only=True):
    """How the running station behaves.

    standard: name of the form standard lifters are judged by. rate_hz: samples per second
    asked of the microcontroller.
    """

    standard: str = "standard"
    rate_hz: Annotated[int, Meta(ge=50, le=500)] = 200


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set. Raises FieldError if the parts contradict each other."""

    machine: MachineProfile = MachineProfile()
    calibration: Calibration = Calibration()
    station: StationSettings = StationSettings()
    standards: Mapping[str, FormStandard] = msgspec.field(default_factory=lambda: dict(STANDARDS))

    def __post_init__(self) -> None:
        check_together(self.machine, self.calibration)
        if self.station.standard not in self.standards:
            known = " or ".join(shown(name) for name in self.standards)
            raise FieldError("station.standard", self.station.standard, known)

    @property
    def form(self) -> FormStandard:
        """The form standard in use."""
        return self.standards[self.station.standard]
