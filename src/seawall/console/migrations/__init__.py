"""What the console's own apps need of the database."""
