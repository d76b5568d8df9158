"""The handlers of the REST API."""
