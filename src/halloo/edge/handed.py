"""What handlers are handed: `db: Db`, `who: Who`, `services: Parts`. Ours already: Litestar need not look inside."""

from typing import Annotated

from litestar.params import Dependency

from halloo.db.engine import Database
from halloo.edge.services import Services
from halloo.workspaces.model import Actor

Db = Annotated[Database, Dependency(skip_validation=True)]
Who = Annotated[Actor, Dependency(skip_validation=True)]
Parts = Annotated[Services, Dependency(skip_validation=True)]
