"""Each fault on its own: on flows without sockets, and as a user starts it."""
