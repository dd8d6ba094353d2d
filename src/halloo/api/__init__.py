"""The wire by audience: parse, one action, present. No SQL, no rules."""
