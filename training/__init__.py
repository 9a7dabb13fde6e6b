"""Training: fitting encoders to image and text pairs."""
