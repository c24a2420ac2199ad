"""What is paid for: checkouts and orders, whichever API they are paid through."""
