"""Which storage `files.storage` means."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from halloo.files.local import LocalStorage
from halloo.files.settings import FilesSettings
from halloo.files.storage import Storage

SCHEMES = ("s3", "gs", "az")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long a request to a store may take, and how long it is asked again: what a time-out ends is not, where `again` is shorter."""

    request: timedelta
    again: timedelta
    tries: int

    def retries(self) -> Any:
        """For the store's client."""
        return {
            "max_retries": self.tries,
            "retry_timeout": self.again,
            "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
        }


SOON = Waiting(timedelta(seconds=60), timedelta(seconds=15), 3)
"""A store that stumbles is asked again; one that is down is given up while somebody still waits for the answer."""

JOINING = Waiting(timedelta(minutes=3), timedelta(minutes=4), 20)
"""Stores take minutes to make one object of a thousand pieces, and say nothing meanwhile; giving up loses all that was joined."""


def open_storage(settings: FilesSettings, data: Path) -> Storage:
    """The storage that was asked for; `data` is the data folder. Raises `ValueError` with a sentence for whoever set it up."""
    scheme, found, _ = settings.storage.partition("://")
    if found:
        if scheme not in SCHEMES:
            raise ValueError(
                f"files.storage: {settings.storage} is none of a folder, s3://bucket/prefix, gs://bucket/prefix, az://container/prefix."
            )
        return _open_store(settings)
    folder = Path(settings.storage).expanduser() if settings.storage else data / "files"
    try:
        return LocalStorage(folder)
    except OSError as error:
        raise ValueError(
            f"files.storage: the folder {folder} cannot be used: {error.strerror}. Give it to the user that Halloo runs as."
        ) from error


def _open_store(settings: FilesSettings) -> Storage:
    from obstore.exceptions import BaseError  # noqa: PLC0415 - 20 MB that a server with a folder never needs

    from halloo.files.objects import ObjectStorage  # noqa: PLC0415 - likewise

    address = urlsplit(settings.storage)
    bucket, prefix = address.netloc, address.path.strip("/") or None
    if not bucket or address.query or address.fragment:
        raise ValueError(f"files.storage: {settings.storage} names no bucket.")
    try:
        soon, joining = (_client(settings, address.scheme, bucket, prefix, waiting) for waiting in (SOON, JOINING))
    except (BaseError, ValueError, OSError) as error:
        raise ValueError(f"files.storage: {settings.storage} cannot be opened: {str(error).splitlines()[0]}") from error
    return ObjectStorage(soon, settings.storage, joining)


def _client(settings: FilesSettings, scheme: str, bucket: str, prefix: str | None, waiting: Waiting) -> Any:
    from obstore.store import AzureStore, GCSStore, S3Store  # noqa: PLC0415 - as above

    options: Any = {
        "timeout": waiting.request,
        "connect_timeout": "5s",
        "allow_http": settings.s3_endpoint.startswith("http://"),
    }
    common: dict[str, Any] = {"prefix": prefix, "client_options": options, "retry_config": waiting.retries()}
    if scheme == "s3":
        return S3Store(bucket, **common, **_s3(settings))
    if scheme == "gs":
        given: dict[str, Any] = {"service_account_path": settings.access_key} if settings.access_key else {}
        return GCSStore(bucket, **common, **given)
    names: dict[str, Any] = {"account_name": settings.access_key, "account_key": settings.secret_key}
    return AzureStore(bucket, **common, **{name: value for name, value in names.items() if value})


def _s3(settings: FilesSettings) -> dict[str, Any]:
    given = {
        "endpoint": settings.s3_endpoint,
        "region": settings.s3_region or ("us-east-1" if settings.s3_endpoint else ""),
        "access_key_id": settings.access_key,
        "secret_access_key": settings.secret_key,
    }
    found: dict[str, Any] = {name: value for name, value in given.items() if value}
    if settings.s3_endpoint:  # services of one's own seldom have a host name for each bucket
        found["virtual_hosted_style_request"] = False
    return found
