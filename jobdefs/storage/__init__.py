"""Where jobs are kept, and the moves by which they are kept: the contract, its scripts, and the drivers that send them."""
