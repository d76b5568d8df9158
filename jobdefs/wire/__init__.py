"""How jobs are written down: strict JSON, the types that it carries, and the envelope around a payload (FORMAT.md)."""
