"""What the collection holds, how it fares, and what is done to it."""
