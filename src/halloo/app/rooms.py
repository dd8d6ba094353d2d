"""The parts with a life of their own, each built from the ground and from those it speaks to."""

from collections.abc import Sequence
from functools import partial

from halloo.app.ground import Ground
from halloo.config import Config
from halloo.csp.own import FILE_POLICY
from halloo.edge.address import counted_with, newcomer_key, newcomer_of
from halloo.edge.answers import Answers
from halloo.edge.deployment import kinds_of
from halloo.edge.portraits import PeoplesPortraits
from halloo.edge.watch import Watch
from halloo.events.pump import Pump
from halloo.files.images.addresses import PictureAddresses
from halloo.files.pictures import PictureRoom
from halloo.files.room import FileRoom
from halloo.hooks.passing import Passing
from halloo.hooks.room import HookRoom
from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.guard import Guard
from halloo.kit.sealing import Sealer
from halloo.mail.actions import Post
from halloo.mail.room import MailRoom
from halloo.relay.actions import LiveActions
from halloo.relay.hints import HubLive
from halloo.relay.server import RelayServer, mount
from halloo.relay.tokens import RelayTokens
from halloo.widgets.origins import decide


def file_rooms(ground: Ground) -> tuple[FileRoom, PictureRoom]:
    """Files and pictures, which share processes and storage. Raises `ValueError` for a storage that cannot be used."""
    settings, hosts = ground.config.files, ground.hosts
    addresses = PictureAddresses(hosts.image, ground.secret)
    files = FileRoom(
        ground.database,
        settings,
        ground.folder,
        host=hosts.storage,
        pictures=addresses,
        policy=FILE_POLICY,
        origins=ground.inbox | ground.widget,
        kinds_of=partial(kinds_of, ground.records),
        whence=partial(newcomer_of, trusted=ground.trusted),
    )
    pictures = PictureRoom(
        addresses,
        settings,
        ground.folder,
        images=files.images,
        storage=files.storage,
        outbound=open_outbound(ground.config, ()),
        portraits=PeoplesPortraits(ground.database),
        now=ground.clock,
        whence=partial(counted_with, trusted=ground.trusted),
    )
    return files, pictures


def relay_room(ground: Ground, pump: Pump, tokens: RelayTokens, live: LiveActions) -> RelayServer:
    """The relay."""
    return mount(
        database=ground.database,
        pump=pump,
        tokens=tokens,
        actions=live,
        settings=ground.config.relay,
        hosts=ground.names.all,
        relays=ground.names.relays,
        origins=ground.inbox | ground.widget,
        decide=lambda domains, origin: decide(domains, origin) == "allow",
        wall=ground.clock,
        whence=lambda peer, forwarded: newcomer_key(peer, forwarded, ground.trusted),
    )


def mail_room(ground: Ground, presence: HubLive) -> MailRoom:
    """Mail. Raises `ValueError` for settings that could not work."""
    widget, inbox = f"{ground.hosts.client}/public/widget/", f"{ground.public_url}/inbox/"
    post = Post(ground.config.mail, Sealer(ground.secret, "mail"), widget, inbox)
    return MailRoom(ground.database, post, presence.ask_online, ground.clock)


def hook_room(ground: Ground, relay: RelayServer, secrets: Sealer) -> HookRoom:
    """Web hooks, which overhear what the relay does not remember."""
    outbound = open_outbound(ground.config, ground.config.hooks.allow_networks)
    room = HookRoom(ground.database, outbound, secrets, ground.config.hooks, ground.clock)
    relay.hub.overhear(Passing(room, ground.database, ground.clock))
    return room


def watch_room(ground: Ground, relay: RelayServer, hooks: HookRoom, answers: Answers) -> Watch:
    """What is looked at to know how the server does."""
    return Watch(
        ground.database,
        relay,
        ground.clock,
        hooks=hooks,
        answers=answers,
        folder=ground.watched,
        rescue=ground.hosts.record()["rescue"],
        mails=ground.config.mail.on,
    )


def open_outbound(config: Config, allowed: Sequence[str]) -> Outbound:
    """A way out for HTTP; `allowed`: private networks that may be called.

    Raises `ValueError` with a sentence for networks and certificates that are none.
    """
    try:
        guard = Guard(allowed, config.hooks.deny_networks)
    except ValueError as error:
        msg = f"hooks.allow_networks, hooks.deny_networks: {error}."
        raise ValueError(msg) from error
    try:
        return Outbound(guard, ca_file=config.outbound.ca_file)
    except OSError as error:
        msg = f"outbound.ca_file: {config.outbound.ca_file} cannot be read as certificates: {error}."
        raise ValueError(msg) from error
