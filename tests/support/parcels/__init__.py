"""A carrier's application, whose jobs come from programs in other languages."""
