"""The map of a collection: its embeddings, or a sample of them, laid out on a plane."""
