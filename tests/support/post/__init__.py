"""A post office: definitions and handlers for the tests of the pytest plugin, as a user has them."""
