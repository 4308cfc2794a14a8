"""Strategies of hypothesis that make files of each format: by its grammar, with any values, and then damaged or not."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import h5py
import numpy as np
from hypothesis import strategies as st
from PIL import Image

from core.formats.arrays import IDX_TYPES

KINDS = ("u1", "i1", "<u2", ">i2", "<i4", ">u4", "<i8", "<u8", "<f2", "<f4", ">f4", "<f8", "?")
ODD_KINDS = ("<c8", "<U3", "S4", "M8[s]", "O", "<f16")
SHAPES = (
    *((), (0,), (30,), (30, 1), (40, 2), (12, 3), (20, 64), (20, 65), (12, 784), (12, 3072), (2, 2), (0, 5), (70, 90)),
    *((12, 8, 9), (3, 40, 50), (40, 50, 3), (1, 8, 8), (12, 8, 1), (12, 3, 3), (40, 70, 4), (4, 40, 70)),
    *((12, 8, 9, 3), (12, 3, 8, 9), (12, 8, 9, 4), (1, 8, 8, 1), (12, 4, 4, 4), (2, 3, 8, 8, 3)),
)
SPANS = (
    *((0, 1), (-1, 1), (0, 255), (0, 256), (0, 4095), (0, 65535), (-3, 3), (0, 2), (7, 7), (-128, 127)),
    *((1e9, 1e9 + 1), (0, 1e-300), (-1e300, 1e300), (0, 1e38)),
)
SPECIAL = (np.nan, np.inf, -np.inf, 5e-324, -0.0)
HUGE = (0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 0xFFFF, 2**40, 0)


@st.composite
def arrays(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS, shapes: tuple[tuple[int, ...], ...] = SHAPES) -> np.ndarray:
    """Make an array of any shape and type, and of values in a usual range or an odd one."""
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    shape, kind = draw(st.sampled_from(shapes)), np.dtype(draw(st.sampled_from(kinds)))
    low, high = draw(st.sampled_from(SPANS))
    values = np.atleast_1d(low + (high - low) * rng.random(shape))
    if draw(st.booleans()):
        values = np.rint(values)
    if draw(st.integers(0, 9)) == 0 and values.size:
        values.flat[rng.integers(values.size)] = draw(st.sampled_from(SPECIAL))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind.kind in "iu":
            limits = np.iinfo(kind.str)
            values = np.nan_to_num(np.clip(values, limits.min, limits.max / 2))
        found = values.astype(kind)
    return found.reshape(shape)


@st.composite
def harmed(draw: st.DrawFn, content: bytes) -> bytes:
    """Leave ``content`` as it is, or cut it off, flip some of its bytes, or write huge sizes over it."""
    harm = draw(st.sampled_from(("none", "none", "cut", "flip", "inflate", "append")))
    harmed = bytearray(content)
    if harm == "cut":
        del harmed[draw(st.integers(0, len(harmed))) :]
    elif harm == "append":
        harmed += draw(st.binary(min_size=1, max_size=40))
    elif harm != "none" and harmed:
        for _ in range(draw(st.integers(1, 4))):
            most = draw(st.sampled_from((64, 1024, len(harmed))))  # most of what is declared stands at the beginning
            place = draw(st.integers(0, min(most, len(harmed)) - 1))
            if harm == "flip":
                harmed[place] ^= draw(st.integers(1, 255))
            else:
                form = draw(st.sampled_from(("<I", ">I", "<H", ">H", "<Q", ">Q")))
                size = draw(st.sampled_from(HUGE)) % 256 ** struct.calcsize(form)
                harmed[place : place + struct.calcsize(form)] = struct.pack(form, size)
    return bytes(harmed)


def to_bytes(write: Callable[[io.BytesIO], object]) -> bytes:
    """Return what ``write`` writes."""
    content = io.BytesIO()
    write(content)
    return content.getvalue()


# --- npy and npz
@st.composite
def npy(draw: st.DrawFn) -> bytes:
    values = draw(arrays((*KINDS, *ODD_KINDS)))
    if draw(st.booleans()):
        values = np.asfortranarray(values)
    content = to_bytes(lambda file: np.save(file, values, allow_pickle=True))
    if draw(st.integers(0, 3)) == 0:  # a header of the same length that declares another shape
        content = content.replace(b"(", b"(9" if b", ), }" in content else b"(", 1)
        content = content.replace(str(values.shape).encode(), str(draw(st.sampled_from(SHAPES))).encode())
    return draw(harmed(content))


@st.composite
def npz(draw: st.DrawFn) -> bytes:
    content = io.BytesIO()
    packing = draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))
    names = draw(st.lists(st.sampled_from(("x.npy", "labels.npy", "a/b.npy", "größe.npy", "note.txt", ".npy"))))
    with zipfile.ZipFile(content, "w", packing) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two members of one name
        for name in names:
            archive.writestr(name, draw(npy()))
    return draw(harmed(content.getvalue()))


# --- HDF5
@st.composite
def hdf5(draw: st.DrawFn) -> bytes:
    content = io.BytesIO()
    style = {"libver": draw(st.sampled_from(("earliest", "latest"))), "userblock_size": draw(st.sampled_from((0, 512)))}
    with h5py.File(content, "w", **style) as file:
        for name in draw(st.lists(st.sampled_from(("x", "y", "a/b", "größe", "#refs#/r")), max_size=3, unique=True)):
            values = draw(arrays())
            options: dict[str, Any] = {}
            if values.size and values.ndim:
                packings: tuple[dict[str, Any], ...] = (
                    {},
                    {"compression": "gzip"},
                    {"compression": "lzf"},
                    {"shuffle": True, "fletcher32": True},
                )
                chunks = tuple(max(1, size // draw(st.sampled_from((1, 2, 5)))) for size in values.shape)
                options = draw(st.sampled_from(packings)) | draw(st.sampled_from(({}, {"chunks": chunks})))
            made = file.create_dataset(name, data=values, **options)
            if draw(st.integers(0, 4)) == 0:
                made.attrs["MATLAB_class"] = np.bytes_(b"double")
        odd = draw(st.sampled_from(("none", "none", "text", "compound", "empty", "soft", "external", "unwritten")))
        if odd == "text":
            file["odd"] = "hello"
        elif odd == "compound":
            file["odd"] = np.zeros(20, dtype=[("x", "f4"), ("y", "i2")])
        elif odd == "empty":
            file["odd"] = h5py.Empty("f4")
        elif odd == "soft":
            file["odd"] = h5py.SoftLink(draw(st.sampled_from(("/x", "/nothing", "/odd"))))
        elif odd == "external":
            file["odd"] = h5py.ExternalLink("/etc/hostname", "/x")
        elif odd == "unwritten":
            file.create_dataset("odd", (draw(st.sampled_from((20, 10**6, 10**11))), 8, 8), "f4", compression="gzip")
    return draw(harmed(content.getvalue()))


# --- idx and CIFAR
@st.composite
def idx(draw: st.DrawFn) -> bytes:
    code = draw(st.sampled_from((*IDX_TYPES, 0x0A, 0xFF)))
    values = draw(arrays()).astype("f8")
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = values.astype(IDX_TYPES.get(code, "u1")).tobytes()
    header = bytes((0, 0, code, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return draw(harmed(header + data))


@st.composite
def packed_idx(draw: st.DrawFn) -> bytes:
    return draw(harmed(gzip.compress(draw(idx()), draw(st.integers(0, 9)), mtime=0)))


@st.composite
def cifar(draw: st.DrawFn) -> bytes:
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    labels = draw(st.sampled_from(((10,), (20, 100), (256,), ())))
    count = draw(st.integers(1, 14))
    parts = [rng.integers(0, most, (count, 1)) for most in labels] + [rng.integers(0, 256, (count, 3072))]
    return draw(harmed(np.concatenate(parts, axis=1).astype(np.uint8).tobytes()))


@st.composite
def cifar_pickles(draw: st.DrawFn) -> bytes:
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    shape = (draw(st.integers(1, 14)), draw(st.sampled_from((3072, 3072, 3073, 784))))
    values = rng.integers(0, 256, shape).astype(draw(st.sampled_from(("u1", "u1", "<f4"))))
    if draw(st.booleans()):
        values = np.asfortranarray(values)
    key = draw(st.sampled_from((b"data", "data", b"images")))
    batch: object = {key: values, b"labels": [3] * shape[0], b"filenames": [b"a.png"] * shape[0]}
    if draw(st.integers(0, 5)) == 0:
        batch = draw(st.sampled_from(([batch], values, {key: values.tolist()}, None, io.BytesIO)))
    return draw(harmed(pickle.dumps(batch, draw(st.integers(0, 5)))))


# --- tables
@st.composite
def tables(draw: st.DrawFn) -> bytes:
    values = draw(arrays(("<f8", "<i8"), ((30, 1), (40, 2), (12, 3), (20, 64), (1, 2), (0, 5), (12, 70))))
    separator = draw(st.sampled_from((",", ";", "\t", " ", "|", ", ", "  ")))
    decimal = draw(st.sampled_from((".", ".", ",")))
    form = draw(st.sampled_from(("g", ".3f", ".2e", ",.2f")))
    quote = draw(st.sampled_from(("", "", '"')))
    rows = [separator.join(quote + format(v, form).replace(".", decimal) + quote for v in row) for row in values]
    head = draw(st.sampled_from(("", "x,y", "x;y", '"x, m";"y"', "# x y", "sep=;", "// 1", ",x,y", "größe\thöhe", "1")))
    odd = draw(st.sampled_from(("", "", "", "nan", "abc", "1e999", '"', "1,2,3,4,5", "\0", "#", "0x1", "--1", "٣,٤")))
    rows = [head, *rows, odd] if draw(st.booleans()) else [head, odd, *rows]
    end = draw(st.sampled_from(("\n", "\r\n", "\r", "\n\n", separator + "\n")))
    text = end.join(row for row in rows if row) + draw(st.sampled_from(("", end)))
    encoding = draw(st.sampled_from(("utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1")))
    return draw(harmed(text.encode(encoding, "replace")))


letters = st.text(alphabet="0123456789.,;|eE+-#%/\t \n\r\"'naifx_β\u2212\u00a0", max_size=200)


# --- images
MODES: Mapping[str, tuple[str, ...]] = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "LAB"),
    "GIF": ("L", "P", "RGB", "RGBA"),
    "BMP": ("1", "L", "P", "RGB", "RGBA"),
    "PPM": ("1", "L", "RGB", "I;16"),
}
SIDES = (1, 3, 8, 9, 40, 70)


@st.composite
def pixels(draw: st.DrawFn, mode: str, *, mask: bool = False) -> Image.Image:
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    height, width = draw(st.sampled_from(SIDES)), draw(st.sampled_from(SIDES))
    levels = rng.integers(0, draw(st.sampled_from((1, 2, 100, 256))), (height, width), dtype=np.uint8)
    if mask:
        levels = np.where(rng.random((height, width)) < draw(st.sampled_from((0.0, 0.3, 1.0))), levels.max(), 0)
        levels = levels.astype(np.uint8)
    if mode in ("I;16", "I", "F"):
        dtype = {"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]
        scale = draw(st.sampled_from((1, 16, 257, -1) if mode != "I;16" else (1, 16, 257)))
        return Image.fromarray((levels.astype(np.int64) * scale).astype(dtype))
    grey = Image.fromarray(levels)
    if mode in ("LA", "RGBA"):
        base = grey.convert("L" if mode == "LA" else "RGB")
        base.putalpha(Image.fromarray(rng.permutation(levels, axis=1)))
        return base
    if mode == "LAB":
        return Image.merge("LAB", [grey, grey, grey])
    colour = Image.merge("RGB", [grey, grey.rotate(180), grey]) if mode in ("RGB", "P", "CMYK") else grey
    return colour.convert(mode)


@st.composite
def image_files(draw: st.DrawFn, format_: str, *, mask: bool = False) -> bytes:
    image = draw(pixels(draw(st.sampled_from(MODES[format_])), mask=mask))
    options: dict[str, Any] = {}
    if format_ in ("PNG", "JPEG", "WEBP") and draw(st.integers(0, 3)) == 0:
        exif = Image.Exif()
        exif[0x0112] = draw(st.integers(0, 9))
        options["exif"] = exif
    if format_ in ("GIF", "TIFF", "WEBP", "PNG") and image.mode in ("RGB", "RGBA") and draw(st.integers(0, 3)) == 0:
        options |= {"save_all": True, "append_images": [image.rotate(180)]}
    if format_ == "TIFF" and image.mode != "LAB":
        options["compression"] = draw(st.sampled_from((None, "tiff_lzw", "tiff_adobe_deflate", "packbits")))
    return draw(harmed(to_bytes(lambda file: image.save(file, format_, **options))))


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    format_ = draw(st.sampled_from(tuple(MODES)))
    packing = draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))
    content = io.BytesIO()
    sound = to_bytes(lambda file: Image.new("L", (8, 8), 9).save(file, format_ if format_ != "PPM" else "PNG"))
    names = ("{}.png", "a/{}.png", "__MACOSX/._{}.png", "../{}.png", "{}.txt", ".{}", "größe {}.jpg", "{}/")
    with zipfile.ZipFile(content, "w", packing) as archive:
        for number in range(draw(st.integers(0, 14))):
            member = draw(image_files(format_)) if number % 4 == 0 else sound
            archive.writestr(draw(st.sampled_from(names)).format(number), member)
    return draw(harmed(content.getvalue()))


FILES: Mapping[str, st.SearchStrategy[bytes]] = {
    "npy": npy(),
    "npz": npz(),
    "HDF5": hdf5(),
    "idx": idx(),
    "packed idx": packed_idx(),
    "CIFAR": cifar(),
    "pickles of CIFAR": cifar_pickles(),
    "tables": tables(),
    "texts": letters.map(str.encode),
    **{format_: image_files(format_) for format_ in MODES},
    "archives of images": archives(),
    "masks": st.sampled_from(("PNG", "TIFF", "GIF", "BMP")).flatmap(lambda name: image_files(name, mask=True)),
}
"""Files of each format, by its name."""
