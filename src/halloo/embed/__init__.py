"""What browsers load: loader, frame document, inbox page and their files, with headers, caching and policies."""
