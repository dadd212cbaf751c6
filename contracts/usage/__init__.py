"""What is counted and charged, also where a stream does not come to its end."""
