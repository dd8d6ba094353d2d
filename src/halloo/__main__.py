"""`python -m halloo` is `halloo`."""

from halloo.cli import main

if __name__ == "__main__":
    main()
