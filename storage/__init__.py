"""Storage: catalog, shards, index and thumbnails of a collection."""
