"""Encoders: pictures and texts to unit embeddings in one space. Importing this loads no torch."""
