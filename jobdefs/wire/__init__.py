"""How jobs are written down: JSON in and out, the types that it can carry, and the envelope around a payload (FORMAT.md)."""
