"""Words: the types and errors that every room shares."""
