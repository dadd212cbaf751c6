"""The streaming session id: who issues it, who hands it on, and what an update with it may do."""
