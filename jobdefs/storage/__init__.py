"""Where jobs are kept, and by which moves: the contract, its scripts, and the drivers that send them."""
