"""The session system: three well-behaved JSON services (auth, accounting, chat) behind a proxy.

A chat service issues a streaming session id with each stream and takes the finished answer only
with that id. Every decision is a small method, which a planted bug can take wrongly.
"""
