"""The verbs of the csp slice."""
