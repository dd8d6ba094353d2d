"""The bot check: challenges that a visitor's browser solves, solutions that count once, and when one is asked for.

It stores nothing of a challenge; a solution that was accepted is remembered until it would have expired.
"""
