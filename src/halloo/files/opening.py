"""Which storage `files.storage` means."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from halloo.files.local import LocalStorage
from halloo.files.settings import FilesSettings
from halloo.files.storage import Storage

SCHEMES = ("s3", "gs", "az")
_RETRIES: Any = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=15),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
"""A store that stumbles is asked again; one that is down is given up while somebody still waits for the answer."""


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
    from obstore.store import AzureStore, GCSStore, S3Store  # noqa: PLC0415 - likewise

    from halloo.files.objects import ObjectStorage  # noqa: PLC0415 - likewise

    address = urlsplit(settings.storage)
    bucket, prefix = address.netloc, address.path.strip("/") or None
    if not bucket or address.query or address.fragment:
        raise ValueError(f"files.storage: {settings.storage} names no bucket.")
    options: Any = {
        "timeout": "60s",
        "connect_timeout": "5s",
        "allow_http": settings.s3_endpoint.startswith("http://"),
    }
    common: dict[str, Any] = {"prefix": prefix, "client_options": options, "retry_config": _RETRIES}
    try:
        if address.scheme == "s3":
            store: Any = S3Store(bucket, **common, **_s3(settings))
        elif address.scheme == "gs":
            given: dict[str, Any] = {"service_account_path": settings.access_key} if settings.access_key else {}
            store = GCSStore(bucket, **common, **given)
        else:
            names: dict[str, Any] = {"account_name": settings.access_key, "account_key": settings.secret_key}
            store = AzureStore(bucket, **common, **{name: value for name, value in names.items() if value})
    except (BaseError, ValueError, OSError) as error:
        raise ValueError(f"files.storage: {settings.storage} cannot be opened: {str(error).splitlines()[0]}") from error
    return ObjectStorage(store, settings.storage)


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
