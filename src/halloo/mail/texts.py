"""The sentences of mail, in the ten languages of the widget: one JSON file a language, English where there is none."""

import re
from functools import cache
from importlib.resources import files

import msgspec

LANGUAGES = ("en", "de", "fr", "es", "pt-BR", "it", "nl", "ja", "ar", "he")
RIGHT_TO_LEFT = frozenset({"ar", "he"})
_PLACE = re.compile(r"\{(\w+)\}")
_FOLDER = files("halloo.mail") / "texts"


@cache
def sentences(language: str) -> dict[str, str]:
    """Every sentence of a language by its key."""
    return msgspec.json.decode((_FOLDER / f"{language}.json").read_bytes(), type=dict[str, str])


def language_of(*wishes: str | None) -> str:
    """The first of the wished-for languages that there is; `de-AT` is `de`, `pt` is `pt-BR`. English where none is."""
    for wish in wishes:
        main = (wish or "").replace("_", "-").partition("-")[0].lower()
        for language in LANGUAGES:
            if main and language.partition("-")[0] == main:
                return language
    return "en"


def say(language: str, key: str, **values: str) -> str:
    """A sentence with its values, which are put in as they are."""
    return _PLACE.sub(lambda found: values[found[1]], sentences(language)[key])
