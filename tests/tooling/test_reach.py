"""A client that loses nothing takes no half answer for a whole one."""

import asyncio

import pytest

from tests.support.reach import TROUBLE, Reach

ANSWER = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{"message": 7}'
REFUSAL = ANSWER.replace(b"201 Created", b"429 Too Many Requests")


@pytest.mark.parametrize("answer", [ANSWER, REFUSAL], ids=["taken", "refused"])
async def test_an_answer_that_is_cut_anywhere_is_trouble(answer: bytes) -> None:
    left = [len(answer)]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(answer[: left[0]])
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reach = Reach([port], "http://halloo.example", "", "", "")
        status, said = await reach.http(port, "POST", "/", {})
        assert (status, said) == (int(answer[9:12]), {"message": 7})
        for left[0] in range(len(answer)):
            with pytest.raises(TROUBLE):
                await reach.http(port, "POST", "/", {})
