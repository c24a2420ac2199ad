"""What else of Saleor serves us: mail, staff's login, traces, workers, health."""
