"""What a streaming proxy must do: pure propositions over a trace, one a module."""
