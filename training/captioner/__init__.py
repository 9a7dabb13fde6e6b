"""Training a captioner on an encoder that stays as it is."""
