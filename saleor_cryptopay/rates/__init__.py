"""Where market prices come from: one file for each source."""
