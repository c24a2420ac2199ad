"""Sources of prices, spoken to over HTTP."""
