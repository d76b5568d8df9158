"""The store's bookkeeping in plain Python: what the scripts must have done after each call, told without them."""
