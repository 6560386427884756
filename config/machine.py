"""What this machine is: its sensor, how it is geared to the lever, and where neutral was found."""

from typing import Annotated, Literal

from msgspec import Meta

from config.fields import Checked, FieldError

# Where the one turn of the sensor is taken to begin: no lever leans back further than this.
LOWEST_DEG = -60.0
MagnetError = Annotated[float, Meta(ge=-5, le=5)]
Text = Annotated[str, Meta(min_length=1, max_length=200, description="text, not empty")]


class MachineProfile(Checked, frozen=True, kw_only=True):
    """The machine as it was built; does not change from day to day.

    gear: sensor turns for one turn of the lever. direction: +1 when the counts rise as the
    lever goes down (forward flexion), -1 when they fall. play_deg: how far the lever moves back
    before the sensor follows, lever degrees.
    port: "auto" or the path of the serial port; port_hints: parts of the names of the ports
    to try first when the port is "auto".
    """

    sensor: Text = "as5600"
    counts_per_turn: Annotated[int, Meta(ge=16, le=32_768)] = 4096
    gear: Annotated[float, Meta(gt=0, le=100)] = 1.0
    direction: Literal[1, -1] = 1
    play_deg: Annotated[float, Meta(ge=0, le=10)] = 0.0
    port: Text = "auto"
    port_hints: tuple[Text, ...] = ("LeverRep", "MicroPython", "Pico", "CP210", "CH340", "FT232")


class Calibration(Checked, frozen=True, kw_only=True):
    """Where the lever is: the counts at the neutral top, and how far it can travel.

    neutral_counts: raw counts at lever angle 0. device_id: the microcontroller it was measured
    on, None if any will do. min_deg, max_deg: the lever's end stops, lever angle in degrees.
    sine_deg, cosine_deg: the error of a magnet off the axle's centre, sensor degrees.
    """

    neutral_counts: Annotated[float, Meta(ge=0, le=32_768)] = 2048.0
    device_id: Text | None = None
    min_deg: Annotated[float, Meta(ge=LOWEST_DEG, le=0)] = -40.0
    max_deg: Annotated[float, Meta(gt=0, le=180)] = 110.0
    sine_deg: MagnetError = 0.0
    cosine_deg: MagnetError = 0.0


def check_together(machine: MachineProfile, calibration: Calibration) -> None:
    """Raise FieldError if machine and calibration cannot both be true."""
    turn = machine.counts_per_turn
    if not calibration.neutral_counts < turn:
        allowed = f"below machine.counts_per_turn ({turn})"
        raise FieldError("calibration.neutral_counts", calibration.neutral_counts, allowed)
    # An absolute single-turn sensor cannot know at power-up which turn it is on.
    travel = calibration.max_deg - LOWEST_DEG
    if not machine.gear * travel < 360:
        allowed = (
            f"below {360 / travel:.3g}: the lever's travel, from {LOWEST_DEG:g} degrees to "
            f"calibration.max_deg ({calibration.max_deg:g}), must stay in one turn of the sensor"
        )
        raise FieldError("machine.gear", machine.gear, allowed)
