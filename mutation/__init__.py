"""Mutation of the scripts: each altered line must be noticed by a test."""
