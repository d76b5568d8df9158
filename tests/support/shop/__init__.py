"""A user's application: the jobs, handlers and plain Huey tasks that the tests of the consumer run."""
