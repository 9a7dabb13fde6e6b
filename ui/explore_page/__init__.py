"""The page that shows a collection as a whole: its map, what disagrees, what is there twice."""
