"""What a proxy does with header fields, in both directions."""
