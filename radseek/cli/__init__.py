"""The command line: translates a line into one call on a journey, and its answer into text."""

from radseek.cli.app import main

__all__ = ["main"]
