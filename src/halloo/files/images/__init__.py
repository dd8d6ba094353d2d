"""Pictures: what they are, what is made of them, and who draws one where there is none.

Whatever decodes a picture runs in a child process of its own with bounds on memory, time and open files (`child.py`), one for each
picture; the server itself never looks into one. It knows no database and no wire.
"""
