"""The web package: the door for webhooks, the page, its figures, health."""
