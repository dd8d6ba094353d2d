"""The composition root: builds everything once and hands it down. Who builds enters by what is named here.

`ground.py` holds what every room stands on, `rooms.py` builds the parts with a life of their own, `doors.py` what answers requests,
`chores.py` says who reads facts and what is swept, `paths.py` which application answers a path, `whole.py` puts it together,
`serve.py` runs it.
"""

from halloo.app.ground import snippets_of
from halloo.app.rooms import open_outbound
from halloo.app.serve import collect_seldom, serve_forever
from halloo.app.whole import Halloo, build

__all__ = ["Halloo", "build", "collect_seldom", "open_outbound", "serve_forever", "snippets_of"]
