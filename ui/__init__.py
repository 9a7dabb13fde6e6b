"""UI: the search page."""
