"""Settings of the part `files`."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FilesSettings:
    """Where files lie, and how large they may be."""

    storage: str = field(
        default="",
        metadata={
            "sentence": "Where files are kept: a folder, or s3://bucket/prefix, gs://bucket/prefix, az://container/prefix. Empty: "
            "the folder files in the data folder."
        },
    )
    s3_endpoint: str = field(
        default="",
        metadata={"sentence": "Address of an S3 service that is not Amazon's, such as https://minio.example:9000."},
    )
    s3_region: str = field(default="", metadata={"sentence": "Region of the bucket, such as eu-central-1."})
    access_key: str = field(
        default="",
        metadata={
            "sentence": "Key id, account or path of the key file for the object store. Empty: what the machine is "
            "allowed by itself."
        },
    )
    secret_key: str = field(
        default="", metadata={"sentence": "The secret that belongs to files.access_key.", "secret": True}
    )
    max_bytes: int = field(
        default=50 * 1024 * 1024,
        metadata={
            "sentence": "Bytes that a file may have at most, whoever sends it; a widget's own limit may be lower."
        },
    )
    address_hours: int = field(
        default=168,
        metadata={
            "sentence": "Hours for which the address of a file in events and mails can be opened; screens get new ones."
        },
    )
    unfinished_hours: int = field(
        default=24, metadata={"sentence": "Hours after which what was uploaded and never sent is deleted."}
    )
    image_processes: int = field(
        default=2,
        metadata={
            "sentence": "Processes that read images, about 30 MiB each, and up to 512 MiB while a picture asks for it. With one alone, "
            "a heavy picture holds up everybody's for seconds."
        },
    )
    image_cache_mib: int = field(
        default=512, metadata={"sentence": "MiB of thumbnails that are kept in the data folder."}
    )
    previews: bool = field(
        default=True, metadata={"sentence": "Fetch titles and pictures of pages that messages link to."}
    )
