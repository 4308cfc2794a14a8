"""Finds the images of a folder and the mask of each: one for all, or one of the same name in a folder of masks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from core.errors import one_line
from core.formats.arrays import refuse
from core.formats.reading.image_sets import image_files


@dataclass(frozen=True, slots=True)
class ImagePair:
    """An image and its mask.

    Attributes:
        image: The file of the image.
        mask: That of its mask; None if the image's own hole is its mask.
        name: Name for its results, without an ending: the path of the image within its folder.
    """

    image: str
    mask: str | None
    name: str


def image_pairs(images: str, masks: str | None) -> list[ImagePair]:
    """Return the images in a folder with their masks, in the order of their names.

    Args:
        images: The folder; folders in it are searched, too.
        masks: A file with the mask of all images; a folder with a mask for each, at the same place and of the same name
            but for the ending; or None if each image has a hole of its own.

    Raises:
        BadInputError: If there is no image, or no mask for one; the message begins with the folder or the image.
    """
    folder = Path(images)
    files = image_files(folder)
    if not files:
        refuse(folder, "there is no file in this folder")
    stems = Counter(_stem(path, folder) for path in files)
    pairs = []
    by_name = None if masks is None or not Path(masks).is_dir() else _by_name(Path(masks))
    for path in files:
        stem = _stem(path, folder)
        mask = masks if by_name is None else by_name.get(stem)
        if by_name is not None and mask is None:
            refuse(path, f"there is no mask {stem} for it in {one_line(masks)}")
        name = stem if stems[stem] == 1 else str(path.relative_to(folder))
        pairs.append(ImagePair(str(path), mask, name))
    return pairs


def _by_name(folder: Path) -> dict[str, str]:
    """Return the files in ``folder`` by their names without their endings."""
    found: dict[str, str] = {}
    for path in image_files(folder):
        stem = _stem(path, folder)
        if stem in found:
            refuse(path, f"there are two masks of this name, this one and {Path(found[stem]).name}; keep one")
        found[stem] = str(path)
    return found


def _stem(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder).with_suffix(""))
