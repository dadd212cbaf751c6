"""When things arrive, told by gates and not by a clock."""
