"""`python -m aurastream.entrypoints.cli`."""

from aurastream.entrypoints.cli.app import main

if __name__ == "__main__":
    main()
