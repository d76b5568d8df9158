"""What the jobs of the scenario do: they write down when they begin and when they end."""

from consumer import JobContext, handles
from faults.crashes.jobs import Work
from faults.crashes.scribe import scribe


@handles(Work)
def work(job: Work, context: JobContext) -> str:
    """Fail as often as the job says, then return what tells this attempt from all others."""
    scribe().write_attempt("start", context)
    if context.generation == 0 and context.attempt <= job.failures:
        scribe().write_attempt("fail", context)
        raise ValueError("not yet")
    follower = context.enqueue(Work()) if job.leads else ""
    return scribe().write_attempt("end", context, follower).mark
