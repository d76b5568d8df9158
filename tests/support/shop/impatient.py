"""Named as a module with handlers, it makes a consumer wait less for handlers that go on, and bear fewer of them."""

from consumer.leaks import Leaks
from consumer.timekeeper import Timekeeper

Timekeeper.grace_s = 0.3
Leaks.least = Leaks.per_worker = 2
