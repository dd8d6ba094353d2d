"""The one way out of the server over HTTP: guarded against forged requests, without redirects or proxies, within clocks and caps."""
