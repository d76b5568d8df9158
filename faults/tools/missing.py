"""What is raised where a tool cannot work."""


class ToolMissing(Exception):
    """This machine lacks something, or forbids it; the text says what, and how to get it."""
