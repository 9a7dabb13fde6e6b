"""What people keep: boards of pictures, and searches."""
