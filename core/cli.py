"""The command `dpm`: the engine without a window.

Bad input ends with exit 2 and one line on stderr. Each command imports its own heavy modules, so `dpm --help` is fast.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from core import __version__
from core.commands import bound as bound_command
from core.commands import info as info_command
from core.commands import inpaint as inpaint_command
from core.commands import models as models_command
from core.commands import rates as rates_command
from core.commands import report as report_command
from core.commands import sample as sample_command
from core.commands import train as train_command
from core.processes.schedules import FAMILIES
from core.runtime.command_line import OneLineParser, exit_status, one_of_many_paths, path_argument
from core.values.inpainting import DEFAULT_RESULTS
from core.values.potentials import KNOWN_MODES, TIMINGS
from core.values.runs import DEFAULT_SEED, SPACINGS

DEFAULT_PATHS = 256
"""Paths from each point in a report."""
SIDES = 4
"""Sides of a frame."""
CHECKPOINT = "a checkpoint, or the name of a shipped one, which `dpm models` lists"


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = OneLineParser(prog="dpm", description="Measure, sample and train diffusion probabilistic models.")
    top.add_argument("--version", action="version", version=f"dpm {__version__}")
    parts = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    info = parts.add_parser("info", help="print the contents of a checkpoint")
    _add_checkpoint(info)
    info.add_argument("--json", action="store_true", help="print one JSON object")
    info.set_defaults(run=info_command.info)

    check = parts.add_parser("check", help="report the errors in checkpoints; exit 0 if there are none")
    check.add_argument("files", nargs="+", metavar="file", type=one_of_many_paths, help=CHECKPOINT)
    check.set_defaults(run=info_command.check)

    _add_sample(parts.add_parser("sample", help="draw samples into an array, a table, an image or a folder of images"))
    _add_inpaint(parts.add_parser("inpaint", help="inpaint the masked entries of an example"))
    _add_bound(parts.add_parser("bound", help="measure the bound K, term by term"))
    _add_report(parts.add_parser("report", help="write what can be measured of a model as one HTML file with plots"))

    train = parts.add_parser("train", help="train a recipe, or on user data, and write the checkpoint")
    train.add_argument("recipe", nargs="?", help="a name that `dpm recipes` lists")
    train.add_argument(
        "--data",
        type=path_argument,
        metavar="PATH",
        help="user data: npy, npz, HDF5 (FILE:/NAME chooses an array), idx or idx.gz, a batch of CIFAR, a table (CSV), "
        "an image, or a folder or zip of images",
    )
    train.add_argument("--side", type=int, metavar="N", help="crop or resize images to N x N pixels")
    train.add_argument(
        "--out", type=path_argument, metavar="FILE", help="output file (RECIPE.h5, DATA_model.h5, or the resumed file)"
    )
    train.add_argument("--steps", type=int, help="number of gradient steps (the recipe's)")
    train.add_argument(
        "--rates", type=path_argument, metavar="FILE", help="diffusion rates from a text or npy file (the recipe's)"
    )
    train.add_argument("--seed", type=int, help="seed of the training (0)")
    train.add_argument("--resume", type=path_argument, metavar="FILE", help="resume an interrupted training")
    train.set_defaults(run=train_command.train)

    _add_rates(parts.add_parser("rates", help="search the rates with the highest limit of K, or show a family"))
    recipes = parts.add_parser("recipes", help="list the recipes")
    recipes.set_defaults(run=train_command.recipes)
    models = parts.add_parser("models", help="list the shipped models, which every command takes by their names")
    models.set_defaults(run=models_command.models)
    return top


def _add_checkpoint(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=path_argument, help=CHECKPOINT)


def _add_sample(sample: argparse.ArgumentParser) -> None:
    _add_checkpoint(sample)
    sample.add_argument("--count", type=int, required=True, help="number of samples")
    sample.add_argument(
        "--seed",
        type=int,
        default=DEFAULT_SEED,
        help=f"sample i of a seed is the same for every count ({DEFAULT_SEED})",
    )
    sample.add_argument(
        "--strided", type=int, metavar="STEPS", help="approximate the chain in fewer steps, for previews"
    )
    sample.add_argument("--deterministic", action="store_true", help="strided: noise at the start alone (DDIM)")
    sample.add_argument("--spacing", choices=SPACINGS, help=f"strided: even in t, or in signal ({SPACINGS[0]})")
    sample.add_argument(
        "--trajectory",
        type=path_argument,
        metavar="X.h5",
        help="also write every frame of the chains: data set frames (T + 1, N, ...), x^t at index t, user's units",
    )
    sample.add_argument(
        "--out",
        type=path_argument,
        required=True,
        metavar="X.npy",
        help="X.npy or X.npz (array samples), user's units; X.csv of points or bits; of images or bits also X.png, "
        ".jpg, .webp or .tif, all of them in one image, and FOLDER/ with a PNG file for each",
    )
    sample.set_defaults(run=sample_command.sample)


def _add_bound(bound: argparse.ArgumentParser) -> None:
    _add_checkpoint(bound)
    bound.add_argument(
        "--data",
        type=path_argument,
        metavar="PATH",
        help="data to measure on, of any format that `dpm train` reads (held-out data in FILE, or fresh draws)",
    )
    bound.add_argument("--count", type=int, help="number of examples (10 000 or all; of images at most 128)")
    bound.add_argument("--seed", type=int, default=DEFAULT_SEED)
    bound.add_argument("--limit", action="store_true", help="also measure the best K of any network with these rates")
    bound.add_argument("--work", type=int, metavar="N", help="also measure the work of N paths from each of P points")
    bound.add_argument("--points", type=int, metavar="P", help="number of points for --work (100)")
    bound.add_argument(
        "--crooks", action="store_true", help="also compare forward and reverse paths, if the density of x^1 is known"
    )
    bound.add_argument(
        "--entropies", action="store_true", help="also compute the true entropy of each reverse step, if it is known"
    )
    bound.add_argument("--json", action="store_true", help="print one JSON object")
    bound.set_defaults(run=bound_command.bound)


def _add_report(report: argparse.ArgumentParser) -> None:
    _add_checkpoint(report)
    report.add_argument("--out", type=path_argument, required=True, metavar="FILE.html", help="the report")
    report.add_argument("--count", type=int, help="number of examples that K is measured on, as of `dpm bound`")
    report.add_argument("--seed", type=int, default=DEFAULT_SEED, help=f"seed ({DEFAULT_SEED})")
    report.add_argument("--data", type=path_argument, metavar="PATH", help="measure on examples in a file of yours")
    report.add_argument(
        "--work", type=int, default=DEFAULT_PATHS, metavar="N", help=f"paths from each point ({DEFAULT_PATHS})"
    )
    report.add_argument("--points", type=int, metavar="P", help="number of points that paths start from (100)")
    report.set_defaults(run=report_command.report)


def _add_rates(rates: argparse.ArgumentParser) -> None:
    rates.add_argument("recipe", help="a name that `dpm recipes` lists; the rates are for its data")
    rates.add_argument("--steps", type=int, metavar="T", help="number of diffusion steps (the recipe's)")
    rates.add_argument("--family", choices=FAMILIES, help="show the rates of one family instead of searching")
    rates.add_argument(
        "--set",
        dest="parameters",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="a parameter of the family, such as first (beta_1), offset or alpha_bar_end; may be given several times",
    )
    rates.add_argument("--seed", type=int, default=0)
    rates.add_argument(
        "--out", type=path_argument, metavar="BETAS.npy", help="write the rates to this file, for `dpm train --rates`"
    )
    rates.add_argument("--json", action="store_true", help="print one JSON object")
    rates.set_defaults(run=rates_command.rates)


def _add_inpaint(inpaint: argparse.ArgumentParser) -> None:
    _add_checkpoint(inpaint)
    inpaint.add_argument(
        "--image",
        type=path_argument,
        metavar="X",
        help="one example of any format that `dpm train --data` reads, such as PNG or npy, or a folder of images",
    )
    inpaint.add_argument(
        "--mask",
        type=path_argument,
        metavar="M",
        help="an image or an array: white, 1, coloured, or stroked on a transparent layer where it is to be inpainted; "
        "or a folder with a mask of the same name for each image (the transparent part of the image itself)",
    )
    inpaint.add_argument("--soft", action="store_true", help="greys of the mask are a confidence, not cut at a half")
    inpaint.add_argument(
        "--pad",
        type=_margins,
        metavar="L,T,R,B",
        help="enlarge the frame by so many pixels at the left, top, right and bottom, and inpaint them",
    )
    inpaint.add_argument(
        "--spec", type=path_argument, metavar="F.npz", help="image, mask and options in one file, instead of those"
    )
    inpaint.add_argument("--save-spec", type=path_argument, metavar="F.npz", help="write the request to such a file")
    inpaint.add_argument(
        "--count",
        type=int,
        help=f"number of samples ({DEFAULT_RESULTS}; 1 for an image file, and for each image of a folder)",
    )
    inpaint.add_argument(
        "--seed", type=int, help=f"without --weighted, sample i is the same for every count ({DEFAULT_SEED})"
    )
    inpaint.add_argument(
        "--known", dest="known_mode", choices=KNOWN_MODES, help=f"known entries noised, or clean ({KNOWN_MODES[0]})"
    )
    inpaint.add_argument("--weighted", action="store_true", help="weighted particles, exact as their number grows")
    inpaint.add_argument("--particles", type=int, metavar="N", help="number of weighted particles (the count)")
    inpaint.add_argument(
        "--timing", choices=TIMINGS, help="how the potential of the known entries depends on t (constant)"
    )
    inpaint.add_argument(
        "--resample", dest="resample_times", type=int, metavar="K", help="RePaint resampling (2; 0 if weighted)"
    )
    inpaint.add_argument("--start", type=int, metavar="T", help="start from the whole image, noised to step T")
    inpaint.add_argument("--json", action="store_true", help="print one JSON object")
    inpaint.add_argument(
        "--out",
        type=path_argument,
        required=True,
        metavar="Y",
        help="an image (PNG, JPEG, WebP, TIFF; several samples in a grid), a folder, which ends in /, npy, npz or CSV",
    )
    inpaint.set_defaults(run=inpaint_command.inpaint)


def _margins(text: str) -> tuple[int, ...]:
    """Return the four numbers of pixels in ``text``."""
    try:
        found = tuple(int(part) for part in text.split(","))
    except ValueError:
        found = ()
    if len(found) != SIDES or min(found) < 0 or not any(found):
        raise argparse.ArgumentTypeError(f"{text!r} is not four numbers of pixels, LEFT,TOP,RIGHT,BOTTOM, as 0,0,32,0")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    return exit_status("dpm", lambda: _run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    options = parser().parse_args(arguments)
    status: int = options.run(options)
    return status


if __name__ == "__main__":
    sys.exit(main())
