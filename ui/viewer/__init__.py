"""Looking at one picture, or some beside each other."""
