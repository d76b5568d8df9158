"""Huey's registry, in which the task of a definition has the definition's own name."""

from typing import Any

from huey.registry import Registry


class JobRegistry(Registry):
    """Names tasks: ``TEST_JOB`` for a definition's task, ``module.function`` for a plain one."""

    def task_to_string(self, task_class: type[Any]) -> str:
        """Return the name under which a task class is registered."""
        definition = getattr(task_class, "definition", None)
        return super().task_to_string(task_class) if definition is None else str(definition.name)
