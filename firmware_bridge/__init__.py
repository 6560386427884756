"""The bridge between the machine (device, firmware) and the gym floor (floor)."""

VERSION = "0.1.0"  # as in pyproject.toml
