"""Where keys, tokens and cookies must not show: upstream, at another origin, in errors and logs."""
