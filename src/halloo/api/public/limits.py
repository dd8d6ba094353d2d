"""How often a visitor's browser may call (embedding contract 8.5). Each number is a setting of the part `public_api`."""

from dataclasses import dataclass, field

from halloo.kit.clock import DAY, HOUR, MINUTE, Clock
from halloo.kit.limits import Limiter, Rate
from halloo.kit.refusals import RateLimited

_MIB = 1024 * 1024
_CONTACTS_WIDE, _STARTS_WIDE, _UPLOADS_WIDE = 10, 3, 10
"""By how much an address may pass its rates where the bot check is on: behind one address may be a whole office."""


@dataclass(frozen=True, slots=True)
class PublicApiSettings:
    """Settings of the part `public_api`."""

    reads_per_minute: int = field(
        default=120,
        metadata={"sentence": "Reads of a widget's record per address, and of lists per visitor, in a minute."},
    )
    contacts_per_minute: int = field(
        default=30, metadata={"sentence": "First contacts per address and widget in a minute."}
    )
    contacts_per_hour: int = field(
        default=300, metadata={"sentence": "First contacts per address and widget in an hour."}
    )
    starts_per_hour: int = field(
        default=10, metadata={"sentence": "Conversations that a visitor may start in an hour."}
    )
    starts_per_hour_and_address: int = field(
        default=100, metadata={"sentence": "Conversations that may be started per address and widget in an hour."}
    )
    messages_per_minute: int = field(
        default=60, metadata={"sentence": "Messages of a visitor in a minute, over HTTP and the relay together."}
    )
    messages_burst: int = field(default=20, metadata={"sentence": "Messages that a visitor may send at once."})
    forms_per_hour: int = field(
        default=20,
        metadata={"sentence": "Forms before a conversation and feedback after it, together, of a visitor in an hour."},
    )
    identifications_per_hour: int = field(
        default=20, metadata={"sentence": "How often a visitor may prove who they are in an hour."}
    )
    identity_failures_per_minute: int = field(
        default=10, metadata={"sentence": "Proofs of identity that may fail per address in a minute."}
    )
    tickets_per_minute: int = field(
        default=60, metadata={"sentence": "Proofs of a page's origin per address and widget in a minute."}
    )
    links_per_hour: int = field(
        default=5, metadata={"sentence": "Links by mail that may be asked for per address and widget in an hour."}
    )
    links_per_hour_and_email: int = field(
        default=3,
        metadata={"sentence": "Links by mail that may be asked for per e-mail address and widget in an hour."},
    )
    continues_per_minute: int = field(
        default=10, metadata={"sentence": "Links by mail that may be redeemed per address and widget in a minute."}
    )
    uploads_per_ten_minutes: int = field(
        default=20, metadata={"sentence": "Files that a visitor may begin to upload in ten minutes."}
    )
    upload_mib_per_day: int = field(default=200, metadata={"sentence": "MiB that a visitor may upload in a day (UTC)."})
    upload_mib_per_day_and_address: int = field(
        default=2000, metadata={"sentence": "MiB that may be uploaded per address and widget in a day."}
    )


class PublicLimits:
    """The limiters of the public API; `take_…` raises `RateLimited`. The relay counts messages here too."""

    def __init__(self, settings: PublicApiSettings, clock: Clock) -> None:
        """Empty limiters."""
        reads = Rate(settings.reads_per_minute, MINUTE, settings.reads_per_minute)
        self._records = Limiter(reads, clock)
        self._lists = Limiter(reads, clock)
        self._contacts = (
            Limiter(Rate(settings.contacts_per_minute, MINUTE, settings.contacts_per_minute), clock),
            Limiter(Rate(settings.contacts_per_hour, HOUR, settings.contacts_per_hour), clock),
        )
        self._wide_contacts = Limiter(
            Rate(settings.contacts_per_hour * _CONTACTS_WIDE, HOUR, settings.contacts_per_minute * _CONTACTS_WIDE),
            clock,
        )
        self._starts = Limiter(Rate(settings.starts_per_hour, HOUR, settings.starts_per_hour), clock)
        per_address = settings.starts_per_hour_and_address
        self._address_starts = Limiter(Rate(per_address, HOUR, per_address), clock)
        wide = per_address * _STARTS_WIDE
        self._wide_starts = Limiter(Rate(wide, HOUR, wide), clock)
        self._messages = Limiter(Rate(settings.messages_per_minute, MINUTE, settings.messages_burst), clock)
        self._forms = Limiter(Rate(settings.forms_per_hour, HOUR, settings.forms_per_hour), clock)
        per_hour = settings.identifications_per_hour
        self._identifications = Limiter(Rate(per_hour, HOUR, per_hour), clock)
        per_minute = settings.identity_failures_per_minute
        self._failures = Limiter(Rate(per_minute, MINUTE, per_minute), clock)
        self._tickets = Limiter(Rate(settings.tickets_per_minute, MINUTE, settings.tickets_per_minute), clock)
        self._links = Limiter(Rate(settings.links_per_hour, HOUR, settings.links_per_hour), clock)
        per_email = settings.links_per_hour_and_email
        self._email_links = Limiter(Rate(per_email, HOUR, per_email), clock)
        continues = settings.continues_per_minute
        self._continues = Limiter(Rate(continues, MINUTE, continues), clock)
        uploads = settings.uploads_per_ten_minutes
        self._uploads = Limiter(Rate(uploads, 10 * MINUTE, uploads), clock)
        per_address = settings.upload_mib_per_day_and_address
        self._address_uploads = Limiter(Rate(per_address, DAY, per_address), clock)
        wide = per_address * _UPLOADS_WIDE
        self._wide_uploads = Limiter(Rate(wide, DAY, wide), clock)
        self.upload_bytes_per_day = settings.upload_mib_per_day * _MIB

    def take_form(self, visitor_id: str, cost: int) -> None:
        """A form, or feedback."""
        _take(self._forms, visitor_id, cost)

    def look_at_upload(self, visitor_id: str, address: str | None, widget_id: str, *, guarded: bool = False) -> bool:
        """Whether the address is beyond what may come from it, as `look_at_start`: nothing is counted, what would be refused is."""
        _look(self._uploads, visitor_id)
        if address is None:
            return False
        key = f"{address} {widget_id}"
        _look(self._wide_uploads if guarded else self._address_uploads, key)
        return bool(self._address_uploads.wait(key))

    def take_upload(
        self, visitor_id: str, address: str | None, widget_id: str, size: int, cost: int, *, guarded: bool = False
    ) -> None:
        """A file of `size` bytes that is about to be uploaded. `address` None: it does not count."""
        _take(self._uploads, visitor_id, cost)
        if address is None:
            return
        key = f"{address} {widget_id}"
        mib = 1 + size // _MIB
        _take(self._wide_uploads if guarded else self._address_uploads, key, mib)
        if guarded:
            _passes(self._address_uploads, key, mib)

    def take_record(self, address: str, cost: int) -> None:
        """A read of the record; `cost` 2 for callers that send no Origin."""
        _take(self._records, address, cost)

    def take_list(self, visitor: str, cost: int) -> None:
        """A read of a list, or a read mark."""
        _take(self._lists, visitor, cost)

    def take_contact(self, address: str, widget_id: str, cost: int, *, guarded: bool = False) -> bool:
        """A first contact; whether the address is beyond its rate. `guarded`: it is not refused for that, but much later."""
        key = f"{address} {widget_id}"
        if not guarded:
            for limiter in self._contacts:
                _take(limiter, key, cost)
            return False
        _take(self._wide_contacts, key, cost)
        return not all(_passes(limiter, key, cost) for limiter in self._contacts)

    def look_at_start(
        self, visitor_id: str | None, address: str | None, widget_id: str, *, guarded: bool = False
    ) -> bool:
        """Whether the address is beyond its rate of new conversations; nothing is counted, what would be refused is.

        `address` None: it does not count. `visitor_id` None: a newcomer.
        """
        if visitor_id is not None:
            _look(self._starts, visitor_id)
        if address is None:
            return False
        key = f"{address} {widget_id}"
        _look(self._wide_starts if guarded else self._address_starts, key)
        return bool(self._address_starts.wait(key))

    def take_start(self, visitor_id: str, address: str, widget_id: str, cost: int, *, guarded: bool = False) -> None:
        """A new conversation. `guarded`: beyond its rate the address is asked for a bot check, and refused at three times that."""
        _take(self._starts, visitor_id, cost)
        key = f"{address} {widget_id}"
        _take(self._wide_starts if guarded else self._address_starts, key, cost)
        if guarded:
            _passes(self._address_starts, key, cost)

    def take_visitor_start(self, visitor_id: str, cost: int = 1) -> None:
        """A new conversation over the relay, where the address is not known, or of somebody who is not counted by it."""
        _take(self._starts, visitor_id, cost)

    def take_message(self, visitor_id: str, cost: int = 1) -> None:
        """A message."""
        _take(self._messages, visitor_id, cost)

    def take_identification(self, visitor_id: str, cost: int) -> None:
        """A proof of identity."""
        _take(self._identifications, visitor_id, cost)

    def refuse_failing(self, address: str) -> None:
        """Raise where too many proofs from this address have failed."""
        wait = self._failures.wait(address)
        if wait:
            raise RateLimited(wait)

    def note_failure(self, address: str) -> None:
        """A proof from this address has failed."""
        self._failures.take(address)

    def take_ticket(self, address: str, widget_id: str) -> None:
        """A proof of a page's origin."""
        _take(self._tickets, f"{address} {widget_id}", 1)

    def take_asking(self, address: str, widget_id: str, cost: int) -> None:
        """Asking for a link by mail, whoever it is for."""
        _take(self._links, f"{address} {widget_id}", cost)

    def take_link(self, email: str, widget_id: str) -> None:
        """A link by mail to an e-mail address."""
        _take(self._email_links, f"{email} {widget_id}", 1)

    def take_continue(self, address: str, widget_id: str, cost: int) -> None:
        """Redeeming a link."""
        _take(self._continues, f"{address} {widget_id}", cost)


def _look(limiter: Limiter, key: str) -> None:
    wait = limiter.wait(key)
    if wait:
        raise RateLimited(wait)


def _passes(limiter: Limiter, key: str, cost: int) -> bool:
    """Whether `cost` could be taken."""
    return not any(limiter.take(key) for _ in range(cost))


def _take(limiter: Limiter, key: str, cost: int) -> None:
    for _ in range(cost):
        wait = limiter.take(key)
        if wait:
            raise RateLimited(wait)
