"""The machine's bank: wire protocol, link to the device, recordings, simulated machine."""
