"""The guided calibration of the sensor's range, and the watch over what it found."""
