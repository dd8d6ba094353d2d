"""What goes on beside requests: who reads which facts, and what is deleted once its time is over."""

from halloo.botcheck.actions import sweep_solutions
from halloo.config import Config
from halloo.contacts.actions import sweep_erasures
from halloo.contacts.networks import BlockedNetworks
from halloo.conversations.actions.blocks import sweep_blocks
from halloo.conversations.sweeper import Sweep
from halloo.csp.actions.reports import sweep_reports
from halloo.events.pump import Pump
from halloo.events.retention import payload_sweep
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
        sweep_erasures,
        sweep_solutions,
    )


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
