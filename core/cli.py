"""The command `dpm`: the engine without a window.

Bad input ends with exit 2 and one line on stderr. Everything heavy is imported by the command that needs it, so that
`dpm --help` answers at once.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from typing import NoReturn

from core import __version__, commands
from core.errors import DpmError

INTERRUPTED = 130


class OneLineParser(argparse.ArgumentParser):
    """A parser whose complaints are one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        """Exit 2 with ``message`` on stderr."""
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = OneLineParser(prog="dpm", description="Measure, sample and train diffusion probabilistic models.")
    top.add_argument("--version", action="version", version=f"dpm {__version__}")
    parts = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    info = parts.add_parser("info", help="say what a checkpoint holds")
    info.add_argument("file")
    info.add_argument("--json", action="store_true", help="print one JSON object")
    info.set_defaults(run=commands.info)

    check = parts.add_parser("check", help="say what is wrong with checkpoints; exit 0 if nothing is")
    check.add_argument("files", nargs="+", metavar="file")
    check.set_defaults(run=commands.check)

    sample = parts.add_parser("sample", help="draw samples: an npy file in user's units")
    sample.add_argument("file")
    sample.add_argument("--count", type=int, required=True, help="number of samples")
    sample.add_argument("--seed", type=int, default=commands.DEFAULT_SEED)
    sample.add_argument("--out", required=True, metavar="X.npy")
    sample.set_defaults(run=commands.sample)

    bound = parts.add_parser("bound", help="measure the bound K, term by term")
    bound.add_argument("file")
    bound.add_argument("--data", metavar="X.npy", help="held-out data in user's units; fresh draws without it")
    bound.add_argument("--count", type=int, default=commands.DEFAULT_COUNT, help="number of fresh draws")
    bound.add_argument("--seed", type=int, default=commands.DEFAULT_SEED)
    bound.add_argument("--json", action="store_true", help="print one JSON object")
    bound.set_defaults(run=commands.bound)

    train = parts.add_parser("train", help="train a recipe and write its checkpoint")
    train.add_argument("recipe", nargs="?", help="a name that `dpm recipes` lists")
    train.add_argument("--out", metavar="FILE", help="where to write (RECIPE.h5, or the resumed file)")
    train.add_argument("--steps", type=int, help="gradient steps (the recipe's own number)")
    train.add_argument("--seed", type=int, help="seed of the training (0)")
    train.add_argument("--resume", metavar="FILE", help="go on with a training that was interrupted")
    train.set_defaults(run=commands.train)

    recipes = parts.add_parser("recipes", help="list the recipes")
    recipes.set_defaults(run=commands.recipes)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be in no encoding
    options = parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except DpmError as error:
        print(f"dpm: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("dpm: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # what read our output has gone; there is nobody left to tell
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
