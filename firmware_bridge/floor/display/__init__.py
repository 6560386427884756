"""The gym-floor display: a page served by the station, its socket, and who may use it."""
