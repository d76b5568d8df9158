"""This installation's definitions, one module per family."""
