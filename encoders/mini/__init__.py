"""radseek-mini: the small encoder that ships inside. Importing this loads no torch."""
