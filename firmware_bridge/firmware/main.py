"""What the board runs at power-up. An error restarts it: the host sees a new boot and goes on."""

import time

import lever
import machine

try:
    lever.run()
except Exception:
    time.sleep_ms(1_000)
    machine.reset()
