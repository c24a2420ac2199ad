"""Messages: what customers and staff are told of, written down first and sent later."""

from .posting import post_alike, post_message

__all__ = ["post_alike", "post_message"]
