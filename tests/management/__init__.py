"""The commands, against the running sandbox."""
