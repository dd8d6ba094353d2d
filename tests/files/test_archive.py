"""Everything of a contact as one ZIP file: what was said, and the files as they were sent."""

import json
import zipfile
from io import BytesIO

from halloo.db.tx import Tx
from halloo.files import store
from tests.files.desk import sent_file
from tests.public.shop import Shop


async def archive_of(shop: Shop, conversation_id: str) -> zipfile.ZipFile:
    contact = (await shop.manage("GET", f"/core/conversations/{conversation_id}"))["contact"]["id"]
    answer = await shop.api.client.get(f"/core/contacts/{contact}/archive", headers=shop.manager)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == f'attachment; filename="contact-{contact}.zip"'
    return zipfile.ZipFile(BytesIO(answer.content))


async def test_files_are_in_it_byte_for_byte_with_names_that_stay_in_their_folder(shop: Shop) -> None:
    visitor = await shop.arrive()
    conversation_id = await shop.start(visitor, "Here are my papers")
    big = b"All work and no play.\n" * 60_000
    await sent_file(shop, visitor, conversation_id, "notes.txt", b"plain words", "text/plain")
    await sent_file(shop, visitor, conversation_id, "data.txt", big, "text/plain")
    archive = await archive_of(shop, conversation_id)
    assert archive.testzip() is None
    said = json.loads(archive.read("contact.json"))
    messages = said["conversations"][0]["messages"]
    assert messages[0]["content"] == "Here are my papers"
    files = {one["content"]["file_id"]: one["content"]["name"] for one in messages if one["type"] == "file"}
    names = [name for name in archive.namelist() if name != "contact.json"]
    assert sorted(names) == sorted(f"files/{file_id}-{name}" for file_id, name in files.items())
    sizes = {archive.getinfo(name).file_size for name in names}
    assert sizes == {len(b"plain words"), len(big)}
    assert b"plain words" in {archive.read(name) for name in names}
    entries = await shop.manage("GET", "/core/audit?action=contact.exported")
    assert [one["details"] for one in entries["data"]] == [{"files": 2}]


async def test_a_file_whose_bytes_are_gone_hinders_nothing(shop: Shop) -> None:
    visitor = await shop.arrive()
    conversation_id = await shop.start(visitor)
    sent = await sent_file(shop, visitor, conversation_id, "notes.txt", b"plain words", "text/plain")

    def lose(tx: Tx) -> str:
        file = store.find_file(tx, tx.workspace_id, sent["file_id"])
        assert file is not None
        return file.storage_key

    key = await shop.api.halloo.database.read(shop.house.workspace_id, lose)
    await shop.api.halloo.files.storage.delete([key])
    archive = await archive_of(shop, conversation_id)
    assert sent["file_id"] in archive.read("files/not-found.txt").decode()
