"""What streams that run at once must not share."""
