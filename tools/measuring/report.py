"""Measures the shipped image models and compares them with others: ``python -m tools.measuring.report``.

Prints a table and writes it to out/pictures.json. Sampled digits are cached in out/, since a thousand take a quarter of
an hour.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.crops import Crops
from core.data.images import GreyLevelSource
from core.data.shipped_images import Digits
from core.formats.checkpoints import load
from core.model import DiffusionModel, model_from
from core.runtime.devices import numpy_generator
from core.runtime.files import atomic_path
from core.sampling.trajectories import samples
from core.values.checkpoints import Checkpoint, channels_of, to_levels
from core.values.runs import RunSpec
from tools.measuring.classifier import DigitClassifier, confident
from tools.measuring.comparisons import bits_per_dimension, gaussian_bits, parzen_bits, squared_distances

CHECKPOINTS = Path("assets/checkpoints")
NAMES = ("digits", "dead_leaves", "dead_leaves_paper", "gravel", "brick", "colour_patches")
CODED = 400
"""Number of test images for the codecs."""
FITTED = 20_000
"""Number of training images to which the Gaussian is fitted."""

Row = tuple[str, str]


def main() -> None:
    """Measure what the options ask for, and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=1000, help="number of digits to sample")
    parser.add_argument("--only", choices=[*NAMES, "digit samples"], help="measure only this")
    options = parser.parse_args()
    rows: list[Row] = []
    for name in NAMES:
        if options.only in (None, name):
            rows += show(densities(name))
    if options.only in (None, "digit samples"):
        rows += show(digits(options.samples))
    out = Path("out")
    out.mkdir(exist_ok=True)
    (out / "pictures.json").write_text(json.dumps(dict(rows), indent=2) + "\n", encoding="utf-8")


def show(rows: Iterator[Row]) -> list[Row]:
    """Print each row as it comes, and return them."""
    found = []
    for name, value in rows:
        print(f"{name:<72}{value}", flush=True)
        found.append((name, value))
    return found


def densities(name: str) -> Iterator[Row]:
    """Yield K of a shipped model, from its file, and the same of a full-covariance Gaussian and the codecs."""
    checkpoint, model = opened(name)
    bound, source = checkpoint.bound, model.source
    if bound is None or not isinstance(source, GreyLevelSource):
        raise SystemExit(f"{name}: it has no measured bound, or its data are not shipped")
    yield f"{name}: K, bits a pixel, {bound.count} test images", f"{bound.k:.3f} ± {bound.standard_error:.3f}"
    yield f"{name}: gain over the null model, bits a pixel", f"{bound.gain:.3f}"
    rng = numpy_generator(0, "measuring")
    training, test = (
        model.data.to_model(part.sample(count, rng)).reshape(count, -1)
        for part, count in ((source, FITTED), (source.held_out, 2000))
    )
    gaussian = channels_of(model.data.shape) * gaussian_bits(training, test)
    yield f"{name}: full-covariance Gaussian, bits a pixel", f"{gaussian:.3f}"
    held_out = source.held_out
    # Overlapping crops would favour the codecs, which copy repeated parts.
    images = held_out.tiles() if isinstance(held_out, Crops) else held_out.images(CODED, rng)
    yield f"{name}: bits a dimension, model", f"{bound.bits_per_dimension:.3f}"
    for codec in ("PNG", "WebP"):
        yield f"{name}: bits a dimension, {codec}", f"{bits_per_dimension(images, codec):.3f}"


def digits(count: int) -> Iterator[Row]:
    """Measure ``count`` samples with an independent classifier, distances and Parzen windows."""
    real, drawn = Digits(), digit_samples(count)
    test = real.held_out.images(len(real.held_out_labels), np.random.default_rng(0))
    classifier = DigitClassifier()
    stored = real.held_out.stored  # type: ignore[attr-defined]
    right = classifier.probabilities(stored).argmax(axis=1) == real.held_out_labels
    yield "classifier: accuracy on held-out digits", f"{right.mean():.4f}"
    of_test, of_drawn = classifier.probabilities(test), classifier.probabilities(drawn)
    shares = confident(of_drawn).mean(), confident(of_test).mean()
    yield "digits: recognised with confidence >= 0.9, samples", f"{shares[0]:.4f}"
    yield "digits: recognised with confidence >= 0.9, test digits", f"{shares[1]:.4f}"
    yield "digits: ratio of the two", f"{shares[0] / shares[1]:.4f}"
    classes = np.bincount(of_drawn.argmax(axis=1), minlength=10) / len(drawn)
    yield "digits: shares of the classes 0 to 9, %", " ".join(f"{100 * share:.1f}" for share in classes)
    yield from _distances(real, drawn, test)
    yield from _parzen(real, drawn, test)


def _distances(real: Digits, drawn: NDArray[np.float32], test: NDArray[np.uint8]) -> Iterator[Row]:
    """Yield the distances of samples and test digits from the nearest training digit, grey levels a pixel."""
    training = _flat(real.stored)
    for name, images in (("samples", drawn), ("test digits", test)):
        nearest = [squared_distances(part, training).min(axis=1) for part in np.array_split(_flat(images), 10)]
        found = 255 * np.sqrt(np.concatenate(nearest) / training.shape[1])
        quantiles = np.quantile(found, [0, 0.01, 0.1, 0.5, 0.9])
        row = f"digits: nearest training digit, {name}: least, 1, 10, 50, 90 %"
        yield row, " ".join(f"{value:.1f}" for value in quantiles)


def _parzen(real: Digits, drawn: NDArray[np.float32], test: NDArray[np.uint8]) -> Iterator[Row]:
    rng = np.random.default_rng(0)
    half = len(test) // 2
    validation, rest = _flat(test[:half]), _flat(test[half:])
    for name, images in (("samples", drawn), ("training digits", real.images(len(drawn), rng))):
        mean, error, width = parzen_bits(_flat(images), validation, rest)
        row = f"digits: Parzen windows on {len(images)} {name}, bits"
        yield row, f"{mean:.1f} ± {error:.1f} (width {width:.3f})"


def digit_samples(count: int, seed: int = 1) -> NDArray[np.float32]:
    """Return ``count`` samples of the shipped digits, whole grey levels 0 … 255, float32 ``[count, 28, 28]``."""
    checkpoint, model = opened("digits")

    def drawn() -> NDArray[np.generic]:
        parts = [part.x for part in samples(model, RunSpec(count, seed)) if part.x is not None]
        return to_levels(model.data.to_user(np.concatenate(parts)), model.data.value_range, model.data.grey_level)

    return np.asarray(kept(checkpoint, f"digits-{count}-{seed}", drawn), dtype=np.float32)


def kept(checkpoint: Checkpoint, name: str, make: Callable[[], NDArray[np.generic]]) -> NDArray[np.generic]:
    """Return the result of ``make`` for a checkpoint, computed once and then read from the cache under ``name``."""
    folder = Path("out") / re.sub(r"\W", "", checkpoint.created)
    path = folder / f"{name}.npy"
    if not path.exists():
        values = make()
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.save(file, values)
    found: NDArray[np.generic] = np.load(path)
    return found


def opened(name: str) -> tuple[Checkpoint, DiffusionModel]:
    """Return a shipped checkpoint and its model."""
    path = CHECKPOINTS / f"{name}.h5"
    checkpoint = load(path)
    return checkpoint, model_from(checkpoint, path)


def _flat(images: NDArray[np.generic]) -> NDArray[np.float64]:
    return np.asarray(images, dtype=np.float64).reshape(len(images), -1) / 255


if __name__ == "__main__":
    main()
