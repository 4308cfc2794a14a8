"""What a model's bits are compared with: a Gaussian of full covariance, Parzen windows, and codecs of images."""

from __future__ import annotations

import io
import math

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

LN2 = float(np.log(2.0))
RIDGE = 1e-6


def gaussian_bits(training: NDArray[np.floating], test: NDArray[np.floating]) -> float:
    """Return the mean log2 density at ``test`` [M, D] of a Gaussian fitted to ``training`` [N, D]; bits a dimension."""
    mean = training.mean(axis=0)
    centred = training - mean
    covariance = centred.T @ centred / len(training) + RIDGE * np.eye(training.shape[1])
    factor = np.linalg.cholesky(covariance)
    whitened = np.linalg.solve(factor, (test - mean).T)
    dimensions = training.shape[1]
    nats = -0.5 * (np.square(whitened).sum(axis=0) + dimensions * np.log(2 * np.pi)) - np.log(np.diag(factor)).sum()
    return float(nats.mean() / dimensions / LN2)


def parzen_bits(
    samples: NDArray[np.floating], validation: NDArray[np.floating], test: NDArray[np.floating]
) -> tuple[float, float, float]:
    """Return log2 of the Parzen density of ``samples`` [N, D] at ``test``: mean, standard error, and window width.

    The width of the Gaussian windows maximises the likelihood of ``validation``; bits an image, for pixels in 0 … 1
    (Breuleux, Bengio and Vincent 2011; Goodfellow et al. 2014).
    """
    widths = np.geomspace(0.05, 0.5, 24)
    best = widths[np.argmax([_parzen(samples, validation, width).mean() for width in widths])]
    found = _parzen(samples, test, best)
    return float(found.mean()), float(found.std(ddof=1) / np.sqrt(len(found))), float(best)


def squared_distances(x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the squared distances of ``x`` [N, D] from ``y`` [M, D], ``[N, M]``."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    found = np.square(x).sum(axis=1)[:, None] - 2 * x @ y.T + np.square(y).sum(axis=1)
    return np.asarray(found.clip(min=0))


def tiled(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Tile ``images`` [N, H, W] or [N, H, W, 3] into one, as nearly square as the divisors of N allow."""
    count = len(images)
    rows = next(rows for rows in range(math.isqrt(count), 0, -1) if count % rows == 0)
    grid = images.reshape(rows, count // rows, *images.shape[1:]).swapaxes(1, 2)
    return grid.reshape(rows * images.shape[1], -1, *images.shape[3:])


def bits_per_dimension(images: NDArray[np.uint8], codec: str) -> float:
    """Return the bits per number that ``codec``, "PNG" or "WebP", needs for ``images``, lossless, at its best."""
    file, image = io.BytesIO(), Image.fromarray(tiled(images))
    if codec == "PNG":
        image.save(file, codec, optimize=True)
    else:
        image.save(file, codec, lossless=True, quality=100, method=6)
    return 8 * len(file.getvalue()) / images.size


def _parzen(samples: NDArray[np.floating], x: NDArray[np.floating], width: float) -> NDArray[np.float64]:
    exponents = -0.5 * squared_distances(x, samples) / width**2
    constant = -0.5 * x.shape[1] * np.log(2 * np.pi * width**2) - np.log(len(samples))
    logarithms = torch.logsumexp(torch.from_numpy(exponents), dim=1).numpy()
    return np.asarray((logarithms + constant) / LN2)
