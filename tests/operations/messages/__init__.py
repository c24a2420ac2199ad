"""What people are told, and how it is sent."""
