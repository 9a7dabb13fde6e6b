"""What leaves the collection: tables, pictures, and how a search was made."""
