"""Everyone around the target: the client in front, the edge and the upstream behind."""
