"""The bridge between the machine (device, firmware) and the gym floor (floor)."""
