"""radseek: search a radiology archive by words or by image."""

__version__ = "0.1.0"
