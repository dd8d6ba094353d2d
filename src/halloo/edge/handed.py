"""What handlers are handed: `db: Db`, `who: Who`, `services: Parts`. Ours already: Litestar need not look inside."""

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from halloo.db.engine import Database
from halloo.edge.services import Services
from halloo.workspaces.model import Actor

Db = NamedDependency[SkipValidation[Database]]
Who = NamedDependency[SkipValidation[Actor]]
Parts = NamedDependency[SkipValidation[Services]]
