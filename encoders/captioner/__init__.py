"""Captioners: pictures to machine text. Importing this loads no torch."""
