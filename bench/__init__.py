"""Measures what the guarantees cost, beside a rival, and whether they hold: ``python3 dev.py bench``, ``chaos``."""
