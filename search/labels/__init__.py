"""Zero-shot labels of a whole collection, from the embeddings that it has."""
