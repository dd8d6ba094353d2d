"""What goes on beside requests: who reads which facts, and what is deleted once its time is over."""

from collections.abc import Sequence

from halloo.botcheck.actions import sweep_solutions
from halloo.config import Config
from halloo.contacts.actions import is_erasure_due, sweep_erasures
from halloo.contacts.facts import REMOVED
from halloo.contacts.networks import BlockedNetworks
from halloo.conversations.actions.blocks import sweep_blocks
from halloo.csp.actions.reports import sweep_reports
from halloo.db.rounds import Sweep
from halloo.events.model import Fact
from halloo.events.pump import Pump
from halloo.events.retention import payload_sweep
from halloo.files.sweeper import FileSweeper
from halloo.hooks.actions.sweep import log_sweep
from halloo.hooks.room import HookRoom
from halloo.mail.actions import sweep_outbox
from halloo.mail.retention import sweep_retention
from halloo.mail.room import MailRoom
from halloo.relay.cutter import Cutter
from halloo.relay.server import RelayServer
from halloo.widgets.records import PublicRecords


def sweeps_of(config: Config) -> tuple[Sweep, ...]:
    """What is deleted once its time is over."""
    return (
        sweep_outbox,
        log_sweep(config.hooks.log_days),
        sweep_reports,
        payload_sweep(config.events.payload_days),
        sweep_blocks,
        sweep_retention,
        sweep_solutions,
    )


def finish_erasures(pump: Pump, sweeper: FileSweeper) -> None:
    """Proofs of deletion are finished as soon as the last bytes are gone, which is looked after when somebody was erased here."""
    sweeper.follow(is_erasure_due, sweep_erasures)

    def read(facts: Sequence[Fact]) -> None:
        for workspace_id in {fact.workspace_id for fact in facts if fact.name == REMOVED}:
            sweeper.nudge(workspace_id)

    pump.read_own_by(read)


def read_facts(
    pump: Pump,
    records: PublicRecords,
    barred: BlockedNetworks,
    relay: RelayServer,
    hooks: HookRoom,
    mail: MailRoom | None,
) -> None:
    """Who reads what: all facts, or those that this node committed."""
    cutter = Cutter(relay.hub, records)
    pump.read_own_by(records.read_facts)
    pump.read_own_by(barred.read_facts)
    pump.read_own_by(cutter.read_own)
    pump.read_by(records.read_facts)
    pump.read_by(barred.read_facts)
    pump.read_by(relay.reader)
    pump.read_by(cutter.read_facts)
    pump.read_own_by(hooks.planner_read)
    pump.read_by(hooks.changed_read)
    if mail is not None:
        pump.read_own_by(mail.planner.read_facts)
