"""The search page: a front door that translates a request into one call on the archive."""
