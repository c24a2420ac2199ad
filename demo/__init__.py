"""A shop to look at: `make demo` sells, takes coins and shows every part of the way."""
