"""Files of conversations, and pictures of people: uploads, what is kept of them, where their bytes lie, how images are made.

A file is visible only when its bytes were received whole, its real size and type were found out, and a message or a person names it.
It decides nothing about conversations: who may read one hands the right in.
"""
