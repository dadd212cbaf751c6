"""What a browser on another origin may ask and read (Fetch standard)."""
