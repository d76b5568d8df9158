"""What breaks things: a network that cuts and slows; a disk that stalls, fails and forgets; a clock that jumps."""
