"""The parts that the page is put together from."""
