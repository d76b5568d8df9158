"""Models of the protocol, small enough that every state they can be in is looked at: ``python -m models``."""
