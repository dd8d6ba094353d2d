"""All SQL of workspaces, operators and their credentials, a file a table."""
