"""radseek-mini's captioner, which ships inside. Importing this loads no torch."""
