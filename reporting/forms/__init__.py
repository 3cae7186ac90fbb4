"""Input of reporting."""
