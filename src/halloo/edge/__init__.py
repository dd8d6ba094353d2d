"""What every wire shares: who calls and from where, bodies, pages, how a refusal looks in HTTP. No routes, no rules."""
