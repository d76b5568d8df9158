"""Measures what the guarantees cost, always beside a rival in the same run: ``python3 dev.py bench``."""
