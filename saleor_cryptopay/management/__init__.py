"""What operators do by hand: one module for each subcommand."""
