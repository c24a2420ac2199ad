"""The settings: the Dashboard's form, how each is read, and what they come to."""
