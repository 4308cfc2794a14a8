"""Finds words that the program does not use, since another word stands for the same thing: docs/glossary.md.

``python -m tests.support.words [PATH …]`` prints ``file:line: word: say …`` for each that is found; without a path it
reads the engine, the window and the pages.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("core", "dpm_gui", "docs", "README.md", "CONTRIBUTING.md")


@dataclass(frozen=True)
class Rule:
    """A word, or a phrase, and what is said for it.

    Attributes:
        words: Pattern of whole words, small letters.
        say: What stands in their place.
        where: Pattern of the paths that the rule holds for.
        names_only: Whether it holds for identifiers alone, where prose needs the word for something else.
    """

    words: str
    say: str
    where: str = ""
    names_only: bool = False


@dataclass(frozen=True)
class Allowed:
    """A use that a rule would refuse: of what line of which files, and why."""

    word: str
    where: str
    line: str
    why: str


@dataclass(frozen=True)
class Found:
    """A rejected word at its place."""

    path: str
    line: int
    word: str
    say: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word}: say {self.say}"


NETWORKS = r"^core/(networks|recipes|training)/"
SIGMA = r"^core/(processes|sampling|measurement|posterior/(?!large_images)|values/potentials)"

RULES: tuple[Rule, ...] = (
    Rule("pictures?|pictured", "image"),
    Rule("(?:fill|fills|filled|filling) (?:it |them )?in|filling|fillings|fillers?", "inpaint, inpainting"),
    Rule("fill|fills|filled", "inpaint", names_only=True),
    Rule("wish|wishes|wished|wishing", "potential r(x)"),
    Rule("laws?", "distribution, kernel, transition or marginal"),
    Rule("guess|guesses|guessed|guessing", "x^0 estimate"),
    Rule("walk|walks|walked|walking|walkers?", "sample, trajectory or chain"),
    Rule("back and forth", "RePaint resampling"),
    Rule("ways back|way back to the data|on (?:its|their|the) way back", "reverse chain"),
    Rule("held at x|held on (?:its|their)", "known pixels noised, or clean"),
    Rule("emphasis|emphasise|emphasised", "t-sampling weight"),
    Rule("easels?", "document"),
    Rule("digests?|digested", "summary"),
    Rule("waking|wakes?|woken|wakened", "preload, load"),
    Rule("ascents?", "Nelder-Mead, or gradient step"),
    Rule("beliefs?", "moments"),
    Rule("absorb|absorbs|absorbed|absorbing", "condition"),
    Rule("arrivals?", "context"),
    Rule("(?:keep|keeps|kept) apart", "held out"),
    Rule("own data", "user data"),
    Rule("(?:take|takes|taken) for", "interpreted as"),
    Rule("rates rate", "schedule_learning_rate"),
    Rule("dress|dresses|dressed|dressing", "apply_palette"),
    Rule("probers?", "sandbox"),
    Rule("stand-ins?|stands? in for", "surrogate"),
    Rule("stand in", "surrogate", names_only=True),
    Rule("looks at a step|(?:one|newest|cached|several|many|few) looks?", "prediction"),
    Rule("looks?|looked", "prediction", names_only=True),
    Rule("spreads?", "std", "^core/", names_only=True),
    Rule("widths?", "std, where it is sigma", SIGMA, names_only=True),
    Rule("half", "float16", NETWORKS, names_only=True),
    Rule("middle", "bottleneck", NETWORKS, names_only=True),
    Rule("reach|reaches", "receptive_field", "^core/", names_only=True),
    Rule("short", "skip", NETWORKS, names_only=True),
    Rule("detail", "fourier_features", NETWORKS, names_only=True),
)

ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        "fill",
        r"\.py$",
        r"\.fill\(|[a-z]Fill|fillRect|fillPath|fill_value|fill_between",
        "numpy's, Qt's and matplotlib's",
    ),
    Allowed("fill", r"^dpm_gui/(views|dialogs|desktop|export)/", "", "the colour within an outline"),
    Allowed("fill", r"^dpm_gui/(paint|window)/", r"(?i)flood|\bFILL\b|tool_fill|\"fill\"", "the flood fill"),
    Allowed("walk", r"\.py$", r"os\.walk|ast\.walk|\.walk\(", "the standard library's"),
    Allowed("digest", r"\.py$", r"hexdigest|\.digest\(|hashlib", "hashlib's"),
    Allowed("ascent", r"\.py$", r"\.ascent\(", "that of a font, Qt's"),
    Allowed("picture", r"\.py$", r"QPicture|Type\.Picture|generatePicture|drawPicture", "Qt's and pyqtgraph's"),
    Allowed("picture", r"views/canvases/bit_path\.py$", r"self\.picture", "what a pyqtgraph axis caches"),
    Allowed("wish", r"^dpm_gui/paint/potential/files\.py$", r"dpm wish", "the mark of files written before"),
    Allowed(
        "taken for", r"checkpoint_reading\.py$|docs/checkpoint\.md$", "taken_for", "a name in files written before"
    ),
    Allowed("back and forth", r"formats/requests\.py$", "back_and_forth", "a name in files written before"),
    Allowed("picture", r"formats/requests\.py$", r'"picture"', "a name in files written before"),
    Allowed("kept apart", r"core/data/splitting\.py$", "numpy_generator", "a stream of random numbers"),
    Allowed(
        "pictures", r"(shipped_images|make_data)\.py$", r'file\["pictures|pictures=', "a name in the file of digits"
    ),
    Allowed("own data", r"\.py$|docs/checkpoint\.md$", '["`]own data["`]', "a recipe's name in files"),
    Allowed("picture", r"core/formats/requests\.py$", "OLD_NAMES", "a name in files written before"),
    Allowed("back and forth", r"core/formats/requests\.py$", "OLD_NAMES", "a name in files written before"),
    Allowed("spread", r"^core/", "state_spread", "entropy for bits, a standard deviation for numbers"),
    Allowed("look", r"\.py$", "lookup", "a word of its own"),
)

_WORDS = [(re.compile(rf"\b(?:{rule.words})\b"), rule) for rule in RULES]
_ANY = re.compile("|".join(rf"\b(?:{rule.words})\b" for rule in RULES))


def found_in(path: str, text: str) -> list[Found]:
    """Return the rejected words of a file, by line; ``path`` is relative to the project and decides how it is read."""
    lines = text.splitlines()
    name = words_of(path.rpartition(".")[0].replace("/", " "))
    pieces = _of_python(text) if path.endswith(".py") else _of_prose(lines)
    found = set()
    for number, piece, is_name in [(1, name, True), *pieces]:
        if _ANY.search(piece) is None:
            continue
        line = lines[number - 1] if lines else ""
        for pattern, rule in _WORDS:
            if (is_name or not rule.names_only) and re.search(rule.where, path):
                words = {match.group() for match in pattern.finditer(piece)}
                found |= {Found(path, number, word, rule.say) for word in words if not _is_allowed(path, line, word)}
    return sorted(found, key=lambda each: (each.line, each.word))


def words_of(name: str) -> str:
    """Return an identifier in words of small letters: ``PaintCanvas`` and ``paint_canvas`` are "paint canvas"."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.sub(r"[_\s]+", " ", apart).strip().lower()


def files(places: Sequence[str] = PLACES) -> Iterator[Path]:
    """Yield the Python files and the pages of ``places``, in a fixed order."""
    for place in places:
        path = ROOT / place
        yield from (
            [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.suffix in (".py", ".md"))
        )


def report(places: Sequence[str] = PLACES) -> list[Found]:
    """Return every rejected word in the files of ``places``."""
    found: list[Found] = []
    for path in files(places):
        found += found_in(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    return found


def _of_python(source: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the identifiers, comments and strings of a Python file, in words, each with its line."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], words_of(token.string), True
        elif token.type == tokenize.COMMENT or tokenize.tok_name[token.type] in ("STRING", "FSTRING_MIDDLE"):
            yield from _of_prose(token.string.splitlines(), token.start[0])


def _of_prose(lines: Sequence[str], first: int = 1) -> Iterator[tuple[int, str, bool]]:
    """Yield each line in words, and the two words at each end of a line, which may be one phrase."""
    read = [re.sub(r"\w+", lambda match: _word(match.group()), line) for line in lines]
    for number, line in enumerate(read, first):
        yield number, line, False
    for number, (line, following) in enumerate(pairwise(read), first):
        last, next_ = re.findall(r"\w+$", line.rstrip()), re.findall(r"\w+", following)[:1]
        ends = " ".join([*last, *next_])
        if any(pattern.fullmatch(ends) for pattern, rule in _WORDS if " " in rule.words):
            yield number, ends, False


def _word(word: str) -> str:
    """Return a word of prose in small letters; an identifier among them in words."""
    return words_of(word) if "_" in word or re.search("[a-z][A-Z]", word) else word.lower()


def _is_allowed(path: str, line: str, word: str) -> bool:
    return any(
        word.startswith(entry.word) and re.search(entry.where, path) and re.search(entry.line, line)
        for entry in ALLOWED
    )


def main(arguments: Sequence[str]) -> int:
    """Print what is found; return 1 if anything is."""
    found = report(arguments or PLACES)
    for each in found:
        print(each)
    print(f"{len(found)} rejected words", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
