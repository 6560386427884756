"""What this machine is and what a good rep is: typed, checked settings. Imports nothing of ours."""

from config.calibrations import CalibrationBook, Reading, SavedCalibration
from config.fields import FieldError
from config.kept import state_folder
from config.load import ConfigError, load_settings, user_settings_path
from config.machine import Calibration, MachineProfile
from config.settings import DisplaySettings, Settings, StationSettings
from config.standard import STANDARDS, FormStandard

__all__ = [
    "STANDARDS",
    "Calibration",
    "CalibrationBook",
    "ConfigError",
    "DisplaySettings",
    "FieldError",
    "FormStandard",
    "MachineProfile",
    "Reading",
    "SavedCalibration",
    "Settings",
    "StationSettings",
    "load_settings",
    "state_folder",
    "user_settings_path",
]
