"""What the target does when the upstream refuses: try again, with what, how often, or report it."""
