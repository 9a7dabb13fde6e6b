"""Imaging: one door from bytes to rendered pictures."""
