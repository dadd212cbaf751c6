"""Find the root cause of a refused streaming session id, or of a streaming 403, on a live system.

A walk is a row of steps. Each does a few requests and leaves a line for people and facts for the
rules; the rules (`causes`) are pure and name at most one cause.
"""
