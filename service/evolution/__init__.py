"""Whether a changed definition still reads what is queued, and whether what it writes is read by code that runs."""
