"""What browsers record is taken as sound, each in its container (`web/packages/core/src/audio.ts` asks for these)."""

import pytest

from halloo.conversations.kinds.uploads import fits
from halloo.files.errors import FileType
from halloo.files.names import fit_name
from halloo.files.sniff import sniff

_DOCTYPE = bytes.fromhex("4286810142f7810142f2810442f381084282847765626d4287810442858102")
CHROMIUM = bytes.fromhex("1a45dfa39f") + _DOCTYPE + bytes.fromhex("18538067 01ffffffffffffff 1549a966")
FIREFOX_WEBM = bytes.fromhex("1a45dfa3 010000000000001f") + _DOCTYPE + bytes.fromhex("1853806701ffffffffffffff")
FIREFOX = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00"


def _boxes(major: bytes, *compatible: bytes) -> bytes:
    brands = major + bytes(4) + b"".join(compatible)
    return (8 + len(brands)).to_bytes(4) + b"ftyp" + brands + b"\x00\x00\x02\x40moov\x00\x00\x00\x6cmvhd"


SAFARI = _boxes(b"iso5", b"isom", b"iso5", b"hlsf")
SAFARI_OLDER = _boxes(b"mp42", b"isom", b"mp41", b"mp42")
CHROMIUM_MP4 = _boxes(b"isom", b"isom", b"iso6", b"iso2", b"mp41")


@pytest.mark.parametrize(
    ("head", "claimed", "found"),
    [
        (CHROMIUM, "audio/webm;codecs=opus", "audio/webm"),
        (CHROMIUM, "audio/webm", "audio/webm"),
        (FIREFOX_WEBM, "audio/webm; codecs=opus", "audio/webm"),
        (FIREFOX, "audio/ogg;codecs=opus", "audio/ogg"),
        (FIREFOX, "audio/ogg", "audio/ogg"),
        (SAFARI, "audio/mp4", "audio/mp4"),
        (SAFARI, 'audio/mp4; codecs="mp4a.40.2"', "audio/mp4"),
        (SAFARI_OLDER, "audio/mp4", "audio/mp4"),
        (CHROMIUM_MP4, "audio/mp4;codecs=mp4a.40.2", "audio/mp4"),
    ],
)
def test_every_browsers_recording_is_sound(head: bytes, claimed: str, found: str) -> None:
    assert sniff(head, claimed, len(head)) == found
    assert fits("audio", found)


@pytest.mark.parametrize("ending", ["webm", "ogg", "m4a"])
def test_recordings_keep_their_names(ending: str) -> None:
    type_ = {"webm": "audio/webm", "ogg": "audio/ogg", "m4a": "audio/mp4"}[ending]
    name = f"voice-2026-11-29-1405.{ending}"
    assert fit_name(name, type_) == name


def test_what_is_no_sound_is_no_recording() -> None:
    with pytest.raises(FileType):
        sniff(b"\x89PNG\r\n\x1a\n" + bytes(64), "audio/webm", 72)
    with pytest.raises(FileType):
        sniff(b"<html><script>1</script>", "audio/mp4", 24)
