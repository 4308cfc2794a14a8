"""How well a few typed letters fit a command's name."""

from __future__ import annotations

START_OF_WORD = 8
RUN = 10
SKIPPED = 0.1


def fit(typed: str, text: str) -> float | None:
    """Return how well ``typed`` fits ``text``, more is better, or None if it does not.

    Each word that is typed must be found letter by letter, in order, with gaps; capitals do not matter. Letters at the
    start of words and letters in a row count more, so that "sp" finds "Save picture" before "Stop".
    """
    text = text.casefold()
    total = 0.0
    for word in typed.casefold().split():
        scores = [_fit_from(word, text, place) for place, letter in enumerate(text) if letter == word[0]]
        found = [score for score in scores if score is not None]
        if not found:
            return None
        total += max(found)
    return total - SKIPPED * len(text)


def _fit_from(word: str, text: str, start: int) -> float | None:
    """Score ``word`` with its first letter at ``start`` and each further one at the best place next to come."""
    score = 0.0
    place = start
    for number, letter in enumerate(word):
        if number > 0:
            in_a_row = text[place + 1 : place + 2] == letter
            at_a_word = _next_word_start(letter, text, place + 1)
            following = place + 1 if in_a_row else at_a_word if at_a_word is not None else text.find(letter, place + 1)
            if following < 0:
                return None
            score += RUN if in_a_row else -SKIPPED * (following - place)
            place = following
        if place == 0 or not text[place - 1].isalnum():
            score += START_OF_WORD
    return score


def _next_word_start(letter: str, text: str, start: int) -> int | None:
    for place in range(start, len(text)):
        if text[place] == letter and not text[place - 1].isalnum():
            return place
    return None
