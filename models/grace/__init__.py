"""Leases and the passing of time, in quarters of a lease: whether a consumer was silent, or the store."""
