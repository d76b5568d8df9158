"""The proof: breaks everything around jobs, under load, and balances ledgers that are kept outside of the system."""
