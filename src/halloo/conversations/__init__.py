"""Conversation, message, assignment, read marks: the heart. Knows neither relay nor hooks; it states facts."""
