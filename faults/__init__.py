"""Breaks everything around a job, and looks whether a promise is broken, too."""
