"""The plugin's own fixtures, in a project that has them by its installed entry point."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test here know the post office."""
    mark = pytest.mark.jobs(modules="tests.support.post.jobs", handlers="tests.support.post.handlers")
    for item in items:
        if "tests/testing/" in item.path.as_posix():
            item.add_marker(mark)
