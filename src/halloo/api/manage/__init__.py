"""What operators, administrators and programs with a token call (manage contract): parse, act, present."""
