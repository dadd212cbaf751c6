"""What the session services were asked and said in one run: the ledger by which they are judged."""
