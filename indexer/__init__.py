"""Indexer: the journey from a folder to a collection."""
