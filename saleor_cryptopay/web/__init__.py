"""HTTP in: the webhook door, the customer's page, its figures, and health."""
