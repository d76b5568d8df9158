"""Breaks the conversation with the store at every single request, in every way, and looks which promises break, too.

One scenario is recorded through the proxy: N requests. For each of them and each mode (``modes.py``) it is played anew,
up to this request, where it breaks; then it goes on, everything is drained, and a judge looks at what clients and
handlers wrote down, and at what the store says of it. There is no chance in it: a mode and a number tell a run.

What is played is the product itself: ``QueueService`` for whoever puts jobs in, and a consumer as ``huey_consumer``
makes it: start-up, intake, holdings, attempts, presence and all, with its drivers and scripts. Only its threads are not
started, since they take turns by the clock of the machine, so that hardly any request would come at the same place
twice. What a thread does in one turn is done when the scenario says so, and the store is told the scenario's time. How
the threads themselves get along is what the other rows of faults are for.

The players are processes, so a client is killed as clients are, by SIGKILL.
"""
