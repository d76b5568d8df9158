"""The two ways to send a call: Store waits for the reply, AsyncStore awaits it.

Neither repeats a request by itself, save EVAL after NOSCRIPT: who asks knows whether asking again is wise.
"""

from jobdefs.storage.drivers.asynchronous import AsyncStore
from jobdefs.storage.drivers.synchronous import Store

__all__ = ["AsyncStore", "Store"]
