"""What breaks things: a proxy that cuts, holds and slows what passes."""
