"""Handlers of this installation's definitions, mirroring jobdefs/jobs."""
