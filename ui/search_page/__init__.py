"""The search page: what is asked, what is found."""
