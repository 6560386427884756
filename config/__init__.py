"""What this machine is and what a good rep is: typed, checked settings. Imports nothing of ours."""

from config.fields import FieldError
from config.load import ConfigError, load_settings, user_settings_path
from config.machine import Calibration, MachineProfile
from config.settings import DisplaySettings, Settings, StationSettings
from config.standard import STANDARDS, FormStandard

__all__ = [
    "STANDARDS",
    "Calibration",
    "ConfigError",
    "DisplaySettings",
    "FieldError",
    "FormStandard",
    "MachineProfile",
    "Settings",
    "StationSettings",
    "load_settings",
    "user_settings_path",
]
