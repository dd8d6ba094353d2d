"""What operators, administrators and programs with a token call (`contracts/manage.md`): parse, act, present."""
