"""Every error a user can meet. Each says in one line what went wrong, where, and what to do.

LeverRepError              anything told to the user; exit status 1
├── PortError              the serial port cannot be used
│   ├── NoSuchPort
│   ├── PortBusy           another program has it
│   ├── PortForbidden      no permission; names the group to join
│   └── NotALeverMachine   opened, but no HELLO came
├── LinkLost               a port that worked has died; the station reconnects
├── MachineMismatch        the device is not the one the settings describe
│   └── NotCalibrated      nor the one that was calibrated; the guide has to be run
├── TraceError             a recording or CSV file cannot be read
├── OutputError            events, a recording or a picture cannot be written
├── StoreError             the sets that are kept cannot be read or written
├── FlashError             the firmware cannot be put on the board
├── CalibrationRefused     no new calibration; the one before stays
└── DisplayError           the display cannot be served or opened

A wrong settings file is config.ConfigError, told the same way.
"""


def printable(text: str) -> str:
    """One line that can be shown and sent anywhere, whatever a name in it is made of."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class LeverRepError(Exception):
    """Base of all errors that are told to the user."""

    def __init__(self, line: str) -> None:
        super().__init__(printable(line))


class PortError(LeverRepError):
    """The serial port cannot be used."""


class NoSuchPort(PortError):
    """There is no such serial port, or none was found."""


class PortBusy(PortError):
    """Another program has the port open."""


class PortForbidden(PortError):
    """This user may not open the port."""


class NotALeverMachine(PortError):
    """Something is on the port, but it does not say HELLO."""


class LinkLost(LeverRepError):
    """A link that worked has died."""


class MachineMismatch(LeverRepError):
    """The device is not the one that the settings describe."""


class NotCalibrated(MachineMismatch):
    """The guided calibration has to be run for this device."""


class TraceError(LeverRepError):
    """A recording or a CSV file cannot be read."""


class OutputError(LeverRepError):
    """Events, a recording or a picture cannot be written."""


class StoreError(LeverRepError):
    """The sets that are kept cannot be read or written."""


class FlashError(LeverRepError):
    """The firmware could not be put on the board."""


class CalibrationRefused(LeverRepError):
    """No new calibration: the guide cannot believe what it sees, or there is none to go back to."""


class DisplayError(LeverRepError):
    """The display cannot be served or opened."""
