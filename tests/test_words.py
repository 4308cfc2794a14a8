"""One word for one thing: the checker that keeps the rejected words out, `tests.support.words`."""

from __future__ import annotations

import pytest

from tests.support.words import ALLOWED, RULES, found_in, report


def words_in(path: str, text: str) -> list[tuple[int, str]]:
    return [(each.line, each.word) for each in found_in(path, text)]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("PictureCanvas = 1", "picture"),
        ("saved_pictures = 1", "pictures"),
        ("# what a person wishes", "wishes"),
        ('"""Filled in by the model."""', "filled in"),
        ('f"{x} is a guess"', "guess"),
        ("BACK_AND_FORTH = 2", "back and forth"),
        ("a_look = 1", "look"),
        ("import core.easel", "easel"),
    ],
)
def test_a_rejected_word_is_found_in_names_comments_and_texts(text: str, word: str) -> None:
    assert words_in("dpm_gui/some.py", f"\n{text}\n") == [(2, word)]


def test_a_phrase_is_found_across_two_lines() -> None:
    assert words_in("docs/page.md", "Some data are kept\napart, others not.\n") == [(1, "kept apart")]


def test_the_name_of_a_file_is_read_too() -> None:
    assert words_in("core/wish.py", "") == [(1, "wish")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/formats/arrays.py", "values.fill(0)"),
        ("core/formats/sandbox.py", "for _ in os.walk(folder): pass"),
        ("core/runtime/files.py", "sha = hashlib.sha256(data).digest()"),
        ("dpm_gui/views/items/path.py", "painter.fillRect(area, fill)"),
        ("dpm_gui/paint/document/tools.py", "def flood_fill_at(): pass"),
        ("dpm_gui/some.py", "# a lawful, guessable, walkable, picturesque dresser"),
        ("dpm_gui/some.py", "# half of the middle is within short reach, in detail"),
        ("dpm_gui/some.py", "# it looks like another"),
        ("core/networks/unet.py", "# Half of the middle layers: width and detail."),
        ("core/networks/unet.py", "width = 3"),
    ],
)
def test_what_a_word_means_elsewhere_is_let_through(path: str, text: str) -> None:
    assert words_in(path, text) == []


@pytest.mark.parametrize("name", ["half", "middle", "reach", "short", "detail"])
def test_names_of_before_are_found_in_networks_alone(name: str) -> None:
    assert words_in("core/networks/unet.py", f"{name} = 3") == [(1, name)]
    assert words_in("dpm_gui/window/layout.py", f"{name} = 3") == []


def test_every_exception_says_why() -> None:
    assert all(entry.why for entry in ALLOWED)
    assert all(rule.say for rule in RULES)


def test_the_program_and_its_pages_have_no_rejected_word() -> None:
    assert [str(each) for each in report()] == []
