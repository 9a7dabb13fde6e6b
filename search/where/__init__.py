"""Filters: the small language of --where, and the rows that it means."""
