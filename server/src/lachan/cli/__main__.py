"""`python -m lachan.cli` is `lachan`."""

from lachan.cli.main import main

main()
