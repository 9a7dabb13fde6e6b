"""The words of a query: from what a person types to what an encoder is given."""
