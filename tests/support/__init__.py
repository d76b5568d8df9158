"""What tests stand on: real servers, and waiting for what takes time."""
