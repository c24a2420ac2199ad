"""What is true of coins, money and payments anywhere."""
