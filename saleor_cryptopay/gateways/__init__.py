"""What we know of each gateway: how to ask it, how to read it. No Django, no shop."""
