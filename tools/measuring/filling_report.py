"""Measures inpainting of digits and textures: ``python -m tools.measuring.filling_report``.

Needs scikit-image, for the comparison with its biharmonic inpainting. Prints a table and writes it to out/filling.json.
Inpainted images are cached in out/, since two hundred digits take fifty minutes.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from skimage.restoration import inpaint_biharmonic

from core.data.shipped_images import Digits, Texture
from core.posterior.inpainting import model_for, spec_of, start_for
from core.posterior.large_images import windowed
from core.posterior.samplers import reverse_under
from core.values.inpainting import InpaintingRequest
from tools.measuring.classifier import DigitClassifier
from tools.measuring.fills import HOLE, RESULTS, SEED, corner, halves, hole_in, lower_half
from tools.measuring.report import Row, opened, show

LARGE = 512


def main() -> None:
    """Measure what the options ask for, and print it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--digits", type=int, default=200, help="number of test digits to inpaint")
    parser.add_argument("--only", choices=["digits", "gravel", "brick", "large"], help="measure only this")
    options = parser.parse_args()
    rows: list[Row] = []
    if options.only in (None, "digits"):
        rows += show(digits(options.digits))
    for name in ("gravel", "brick"):
        if options.only in (None, name):
            rows += show(texture(name))
    if options.only in (None, "large"):
        rows += show(large())
    out = Path("out")
    out.mkdir(exist_ok=True)
    (out / "filling.json").write_text(json.dumps(dict(rows), indent=2) + "\n", encoding="utf-8")


def digits(count: int) -> Iterator[Row]:
    """Yield how well the lower halves of ``count`` held-out digits are inpainted."""
    real, (checkpoint, model) = Digits(), opened("digits")
    chosen = np.random.default_rng(1).permutation(len(real.held_out_labels))[:count]
    images, labels = real.held_out.stored[chosen], real.held_out_labels[chosen]  # type: ignore[attr-defined]
    mask = lower_half(images.shape[1:])
    found = np.stack([halves(checkpoint, model, at, image, mask) for at, image in enumerate(images)])
    answers = DigitClassifier().probabilities(found.reshape(-1, 28, 28)).argmax(axis=1).reshape(count, RESULTS)
    right = answers == labels[:, None]
    yield f"lower half of {count} digits: true class of the best of {RESULTS}", f"{right.any(axis=1).mean():.3f}"
    yield f"lower half of {count} digits: true class of a single one", f"{right.mean():.3f}"
    errors = {
        f"mean of the {RESULTS}": found.mean(axis=1),
        "training set's mean": np.broadcast_to(real.stored.mean(axis=0), images.shape),
        "biharmonic inpainting": np.stack([biharmonic(image, mask) for image in images]),
    }
    for name, estimate in errors.items():
        yield f"root mean square error, {name}, grey levels", f"{_error(estimate, images, mask):.1f}"
    spread, missed = found.std(axis=1)[:, mask], np.abs(found.mean(axis=1) - images)[:, mask]
    yield "uncertainty map and real error, Spearman", f"{spearmanr(spread.ravel(), missed.ravel()).statistic:.3f}"


def texture(name: str) -> Iterator[Row]:
    """Yield how well the inpainting of a hole of 100 x 100 in the held-out corner matches its surroundings.

    Each number is a mean over several results, since one hole contains few shapes of the coarsest octave.
    """
    checkpoint, model = opened(name)
    image = Texture(name).test_corner
    mask, inside = hole_in(image.shape)
    ours = corner(checkpoint, model, name, image, mask)
    smooth = biharmonic(image, mask)[None]
    for kind, results in (("inpainted", ours), ("true", image[None]), ("biharmonic", smooth)):
        values = results.astype(np.float64)
        ratio = np.mean([each[inside, inside].std() / each[~mask].std() for each in values])
        yield f"{name}, {kind}: deviation in the hole / that around it", f"{ratio:.3f}"
        shares = np.mean([_spectra(each, inside) for each in values], axis=0)
        yield f"{name}, {kind}: spectrum in the hole / that around it", " ".join(f"{share:.2f}" for share in shares)
        seams = [_seam(each, inside.start) for each in values]
        yield f"{name}, {kind}: step across the border / steps around it", f"{np.mean(seams):.3f}"


def large(steps: int = 10) -> Iterator[Row]:
    """Yield the time of ``steps`` steps of inpainting a hole in a large image, in a window and in the whole image.

    The steps are timed after two others, from where signal and noise are of comparable size; all steps take equally
    long.
    """
    _, model = opened("gravel")
    image = np.tile(Texture("gravel").test_corner, (3, 3))[:LARGE, :LARGE].astype(np.float32)
    mask, _ = hole_in(image.shape)
    whole, step = model_for(model, image.shape), 2 * model.steps // 3
    request = InpaintingRequest(image, mask, seed=SEED, known_mode="noised", start=step, resample_times=0)
    spec, start = spec_of(model, request), start_for(whole, request)
    found, seconds = [], []
    for each in (windowed(whole, mask), whole):
        chain = reverse_under(each, spec, start)
        for _ in range(2):
            next(chain)
        begin = time.perf_counter()
        *_, last = islice(chain, steps)
        seconds.append(time.perf_counter() - begin)
        found.append(last.x[:, mask])
    ratio = f"{seconds[1] / seconds[0]:.1f} x faster ({seconds[0]:.2f} s, {seconds[1]:.2f} s for {steps} steps)"
    yield f"hole of {HOLE} x {HOLE} in {LARGE} x {LARGE}, against the whole image computed", ratio
    yield "the same: largest difference, standard deviations of the data", f"{np.abs(found[0] - found[1]).max():.1e}"


def biharmonic(image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return ``image`` with biharmonic inpainting, grey levels."""
    return np.asarray(inpaint_biharmonic(image / 255.0, mask) * 255.0, dtype=np.float64)


def _error(estimate: NDArray[np.floating], true: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    return float(np.sqrt(np.square(estimate - true)[:, mask].mean()))


def _spectra(values: NDArray[np.float64], inside: slice) -> NDArray[np.float64]:
    """Return the amplitude of four rings of frequencies in the hole, divided by that of strips around it, ``[4]``."""
    side = HOLE
    middle = values[inside, inside]
    around = [values[:side, :46], values[-side:, :46], values[:46, :side], values[-46:, :side]]
    strips = [strip if strip.shape[0] == side else strip.T for strip in around]
    mine = np.mean([_rings(middle[:, at : at + 46]) for at in (0, 27, 54)], axis=0)
    theirs = np.mean([_rings(strip) for strip in strips], axis=0)
    return np.asarray(mine / theirs)


def _rings(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the amplitude of ``values``, under a window, in four rings of frequencies, each an octave, ``[4]``."""
    window = np.outer(*(np.hanning(length) for length in values.shape))
    power = np.square(np.abs(np.fft.fft2((values - values.mean()) * window)))
    across = np.hypot(*np.meshgrid(*(np.fft.fftfreq(length) for length in values.shape), indexing="ij"))
    edges = (0.03, 0.0625, 0.125, 0.25, 0.5)
    return np.sqrt([power[(across >= low) & (across < high)].mean() for low, high in pairwise(edges)])


def _seam(values: NDArray[np.float64], first: int) -> float:
    """Return the mean step across the hole's border, divided by the mean step between neighbours around it."""
    last, inside = first + HOLE, slice(first, first + HOLE)
    down, right = np.abs(np.diff(values, axis=0)), np.abs(np.diff(values, axis=1))
    across = np.concatenate(
        [down[first - 1, inside], down[last - 1, inside], right[inside, first - 1], right[inside, last - 1]]
    )
    around = np.concatenate([down[: first - 1].ravel(), down[last:].ravel(), right[:, : first - 1].ravel()])
    return float(across.mean() / around.mean())


if __name__ == "__main__":
    main()
