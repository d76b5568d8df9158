"""The proof that no job is lost: consumers are killed under load, and ledgers outside the system are balanced."""
