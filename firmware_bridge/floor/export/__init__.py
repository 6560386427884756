"""Sets for other programs: CSV, JSON and FIT. See FORMATS.md."""
