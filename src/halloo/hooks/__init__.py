"""Web hooks: who wants to be told of what, what is planned to be told, and the telling.

Owns hooks, their secrets, deliveries, attempts and replays. Never decides what happened: it reads facts from the log behind its own
cursor. Never opens a connection itself: that is `kit/outbound`.
"""
