"""What the board runs at power-up. An error restarts it: the host sees a new boot and goes on."""

import time

import board
import lever

reset = board.reset_cause()
try:
    while True:
        try:
            lever.run(reset)
        except Exception:
            reset = board.ERROR
            time.sleep_ms(1_000)
except KeyboardInterrupt:  # somebody wants to work on the board
    board.stop_watchdog()
    raise
