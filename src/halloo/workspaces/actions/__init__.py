"""What can be done with workspaces, operators and their credentials, a file a noun."""
