"""Tells which jobs in the store this build could not run, before it is deployed; reads, and changes nothing."""
