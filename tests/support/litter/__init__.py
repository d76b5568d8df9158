"""Jobs that leave something behind in the process that ran them, or take it with them."""
