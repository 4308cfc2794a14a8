"""Folders and zip archives of images, and the images of one set brought to one kind."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.formats.arrays import MAX_BYTES, MOST_LISTED, refusal, refuse
from core.formats.images import DecodedImage, UnusableImageError, decode, quiet_pillow
from core.runtime.files import reading_problem
from core.values.checkpoints import RGB

MAX_FILES = 200_000
ENCRYPTED = 0x1
"""The flag of an encrypted member of a zip archive."""
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".jp2", ".avif")
"""Endings that tell an archive of images, with whatever else in it, from one of arrays."""
Pixels = NDArray[np.generic]


@dataclass(slots=True)
class ImageSet:
    """Images that are read one after the other, and what became of each file.

    Attributes:
        owner: The folder or archive, for messages.
        images: Their pixels, laid over white where transparent.
        changes: How often each conversion took place, and how many files were left out for which reason.
    """

    owner: Path
    images: list[Pixels] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)
    _bytes: int = 0

    def add(self, image: DecodedImage) -> None:
        """Add one image.

        Raises:
            BadInputError: If they take too much memory together.
        """
        image = image.opaque()
        self._bytes += image.pixels.nbytes
        if self._bytes > MAX_BYTES:
            refuse(self.owner, f"its images take more than {MAX_BYTES} bytes, which are the most that is read")
        self.images.append(image.pixels)
        self.changes.update(image.notes)

    def leave_out(self, reason: object) -> None:
        """Count a file that gives no image."""
        self.changes[f"left out: {reason}"] += 1

    def finished(self) -> tuple[list[Pixels], tuple[str, ...]]:
        """Return the images, all grey or all RGB, and notes on all files.

        Raises:
            BadInputError: If there is none.
        """
        if not self.images:
            reasons = _counted(Counter(dict(self.changes.most_common(2))))
            place = "folder" if self.owner.is_dir() else "archive"
            refuse(self.owner, f"there is no image in this {place}{': ' if reasons else ''}{'; '.join(reasons)}")
        images, made_rgb = of_one_kind(self.images)
        if made_rgb:
            self.changes["grey among coloured ones made RGB"] += made_rgb
        return images, tuple(_counted(self.changes))


def read_folder(folder: Path) -> tuple[list[Pixels], tuple[str, ...]]:
    """Return all images in ``folder`` and the folders in it, in the order of their names, and notes on them.

    They are all grey or all RGB. Files that are no images are left out and counted.

    Raises:
        BadInputError: If there is no image, or they take too much memory.
    """
    found = ImageSet(folder)
    with quiet_pillow():
        for path in image_files(folder):
            try:
                found.add(decode(path))
            except UnusableImageError as error:
                found.leave_out(error)
    return found.finished()


def read_zip(path: Path, archive: zipfile.ZipFile) -> tuple[list[Pixels], tuple[str, ...]]:
    """Return all images in ``archive``, opened from ``path``, as `read_folder` does.

    Raises:
        BadInputError: If it is encrypted, holds no image, or unpacks to too much.
        Exception: One of `core.formats.arrays.BROKEN_ZIP`, if it is damaged.
    """
    found = ImageSet(path)
    unpacked = 0
    with quiet_pillow():
        for member in _members(archive, path):
            unpacked += member.file_size
            if unpacked > MAX_BYTES:
                refuse(path, f"it unpacks to more than {MAX_BYTES} bytes, which are the most that is read")
            if member.flag_bits & ENCRYPTED:
                refuse(path, "this zip is encrypted; unpack it first")
            with archive.open(member) as file:
                content = file.read(member.file_size + 1)
            try:
                found.add(decode(io.BytesIO(content)))
            except UnusableImageError as error:
                found.leave_out(error)
    return found.finished()


def image_files(folder: Path) -> list[Path]:
    """Return the files in ``folder`` and the folders in it, hidden ones left out, in the order of their names.

    Raises:
        BadInputError: If there are too many, or the folder cannot be read.
    """
    found = []
    try:
        for path in sorted(folder.rglob("*")):
            if not _hidden(path.relative_to(folder).parts) and path.is_file():
                found.append(path)
            if len(found) > MAX_FILES:
                refuse(folder, f"there are more than {MAX_FILES} files in this folder")
    except OSError as error:
        raise refusal(folder, reading_problem(error)) from error
    return found


def of_one_kind(images: Sequence[Pixels]) -> tuple[list[Pixels], int]:
    """Return ``images``, the grey ones made RGB if others are RGB, and how many were."""
    grey = sum(image.ndim == 2 for image in images)
    if not grey or grey == len(images):
        return list(images), 0
    return [np.repeat(image[..., None], RGB, axis=2) if image.ndim == 2 else image for image in images], grey


def grey_if_all_are(images: list[Pixels]) -> list[Pixels]:
    """Return RGB images as grey ones if none has any colour, otherwise unchanged."""
    grey = all(image.ndim == 3 and bool((image == image[..., :1]).all()) for image in images)
    return [image[..., 0] for image in images] if grey else images


def _members(archive: zipfile.ZipFile, path: Path) -> Iterator[zipfile.ZipInfo]:
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not _hidden(parts := member.filename.split("/")) and "__MACOSX" not in parts
    ]
    if len(members) > MAX_FILES:
        refuse(path, f"there are more than {MAX_FILES} files in this archive")
    if not members:
        refuse(path, "this archive is empty")
    yield from sorted(members, key=lambda member: member.filename)


def _hidden(parts: Sequence[str]) -> bool:
    return any(part.startswith(".") and part not in (".", "..") for part in parts)


def _counted(changes: Counter[str]) -> list[str]:
    counted = [f"{what} ({number} {'files' if number > 1 else 'file'})" for what, number in changes.items()]
    return counted[:MOST_LISTED]
