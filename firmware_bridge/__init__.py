"""The bridge between the machine (device, firmware) and the gym floor (floor)."""

VERSION = "0.2.0"  # as in pyproject.toml
