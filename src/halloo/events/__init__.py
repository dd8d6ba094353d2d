"""The spine: facts are recorded in the caller's transaction, numbered without gaps, and handed on after commit."""
