"""The sentences of mail: ten languages, the same keys, the same places for values."""

import re
from pathlib import Path

import pytest

import halloo.mail
from halloo.mail.texts import LANGUAGES, language_of, say, sentences

PLACE = re.compile(r"\{\w+\}")
WEB = Path(__file__).resolve().parents[2] / "web" / "messages"


def test_the_languages_are_those_of_the_screens() -> None:
    files = {path.stem for path in (Path(halloo.mail.__path__[0]) / "texts").glob("*.json")}
    assert set(LANGUAGES) == files == {path.name for path in WEB.iterdir() if path.is_dir()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    english = sentences("en")
    other = sentences(language)
    assert list(other) == list(english)
    for key, sentence in other.items():
        assert sorted(set(PLACE.findall(sentence))) == sorted(set(PLACE.findall(english[key]))), key
        assert sentence.strip()
        assert "!" not in sentence
        assert "\n" not in sentence


def test_a_locale_finds_its_language() -> None:
    assert language_of("de-AT") == "de"
    assert language_of("pt") == "pt-BR"
    assert language_of("pt_PT") == "pt-BR"
    assert language_of(None, "", "zz", "IT") == "it"
    assert language_of("iw-nothing", None) == "en"


def test_values_are_put_in_as_they_are() -> None:
    assert say("en", "link.subject", team="{name} & \\1") == "Your conversation with {name} & \\1"
