"""Named as a module with handlers, it makes a consumer bear fewer handlers that go on."""

from consumer.leaks import Leaks

Leaks.least = Leaks.per_worker = 1
