"""How well the collection is searched: what `radseek evaluate` has measured."""
