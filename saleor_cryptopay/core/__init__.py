"""What is true of coins, money and payments anywhere: no Django, no network."""
