"""Two threads stopped and let go at statements, and locks read off SQL: instruments."""
