"""One function a verb: permission, rule, write, fact. Entered module by module."""
