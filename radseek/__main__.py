"""`python -m radseek`."""

from radseek.cli import main

main()
