"""Tests of what stands trial: the reference and its planted bugs."""
