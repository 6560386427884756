"""What is kept: sets, and what is running, in one SQLite file."""
