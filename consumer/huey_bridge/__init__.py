"""The only folder that knows Huey: what of it is used, what is replaced, and why, stands in README.md."""
