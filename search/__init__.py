"""Search: the journey from a query to hits."""
