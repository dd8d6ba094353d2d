"""Small tools without domain words: ids, clock, refusals, signing, limits, text, JSON bytes."""
