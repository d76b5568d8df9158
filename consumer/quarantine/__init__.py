"""Where jobs run that may be what takes their consumers down: a process that can die without taking anybody with it.

A job whose holder vanished twice in a row is a suspect, and so are the innocents that ran beside it. Each runs here,
alone, and ends like any other attempt; only what ends this process while it runs is condemned.

- Why a process started by exec: a fork would inherit locks, connections and threads of a consumer in mid-work. The
  process builds its own app and handlers out of the same environment, as a consumer does.
- Why one per consumer, reused: suspects must not run beside each other, or a death would not tell whose it was; and
  most of them are innocents, which are not to wait for an interpreter each. It starts with the first suspect, and
  another one is started only after it died, or was spoilt.
- Why it looks at itself before each job (shape.py): a thread, a timer, a process or memory that an earlier suspect left
  behind would end it while an innocent runs. What is spoilt begins with nothing, and the parent replaces it. What C
  code has overwritten in memory is not to be seen; a death by such an earlier fault is taken for the job's.
- Why only a death that its parent saw: exit code or signal, told by the kernel, of a process that ran this one job, is
  a proof. That a consumer vanished is none: it may have been killed, frozen or cut off, whatever ran in it. So a
  suspect whose consumer vanishes is a suspect as before, and what the parent itself kills (drain, cancel, timeout) is
  not condemned.
- Why it is killed when it was stopped (SIGSTOP) for longer than a lease (stillness.py): it would keep every other
  suspect waiting for ever. Whoever stopped it is not known, so it takes two of these as well. A handler that hangs
  without a timeout is its author's matter.
- Why SIGKILL is no such proof: people send it, and a kernel without memory picks by size and not by guilt. It condemns
  where the job had raised the peak of memory markedly, and else when it comes a second time. The peak of memory counts
  from the job's beginning, but the kernel lets a process inherit its parent's; beside a large consumer it takes two.

The two sides talk in lines of JSON (lines.py). The lease is kept by the parent, whose holdings the attempt is in.
"""
