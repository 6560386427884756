"""What is wrong with this station, and what to do: facts, then checks of them, then a report."""
