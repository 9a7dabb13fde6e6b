"""Published model families, through the classes of transformers. Importing this loads no torch."""
