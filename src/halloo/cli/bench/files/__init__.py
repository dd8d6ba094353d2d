"""`halloo bench files`: bytes up and down through the storage host, beside servers of the same file."""
