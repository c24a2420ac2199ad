"""What can happen to a payment, played from the customer's first coin to the end."""
