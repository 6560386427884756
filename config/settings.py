"""All settings of one station, checked together."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from config.fields import Checked, FieldError, shown
from config.machine import Calibration, MachineProfile, Text, check_together
from config.standard import STANDARDS, FormStandard


class StationSettings(Checked, frozen=True, kw_only=True):
    """How the running station behaves.

    standard: name of the form standard lifters are judged by. rate_hz: samples per second
    asked of the microcontroller.
    """

    standard: str = "standard"
    rate_hz: Annotated[int, Meta(ge=50, le=500)] = 200


class DisplaySettings(Checked, frozen=True, kw_only=True):
    """The page for the screen beside the machine.

    host, port: where it is served; beyond this computer it asks for a token. names: further host
    names that it may be asked for by. look_without_token: may anybody on the network look, but
    change nothing? own_screen_without_token: may whoever uses this computer do without?
    load_step_kg: by how much a tap changes the load.
    """

    host: Text = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8765
    names: tuple[Text, ...] = ()
    look_without_token: bool = False
    own_screen_without_token: bool = False
    language: Literal["en", "de", "es"] = "en"
    load_step_kg: Annotated[float, Meta(gt=0, le=50)] = 2.5


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set. Raises FieldError if the parts contradict each other."""

    machine: MachineProfile = MachineProfile()
    calibration: Calibration = Calibration()
    station: StationSettings = StationSettings()
    display: DisplaySettings = DisplaySettings()
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
