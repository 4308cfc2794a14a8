"""Ways to spoil an open checkpoint: each is, or makes, a function that changes one thing in the file it is given."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import h5py
import numpy as np

Spoil = Callable[[h5py.File], object]

WEIGHT = "network/weights/first.bias"


def attribute(place: str, name: str, value: object) -> Spoil:
    """Return what gives the group at ``place`` the attribute, or takes it away where ``value`` is None."""

    def spoil(file: h5py.File) -> None:
        del file[place].attrs[name]
        if value is not None:
            file[place].attrs[name] = value

    return spoil


def replaced(place: str, value: object, **options: object) -> Spoil:
    """Return what puts ``value`` in the place of what is at ``place``; None takes it away."""

    def spoil(file: h5py.File) -> None:
        del file[place]
        if value is not None:
            file.create_dataset(place, data=value, **options)

    return spoil


def declared(place: str, shape: tuple[int, ...], **options: object) -> Spoil:
    """Return what declares a data set of ``shape`` at ``place`` and writes none of it."""

    def spoil(file: h5py.File) -> None:
        del file[place]
        file.create_dataset(place, shape=shape, dtype="f8", **options)

    return spoil


def linked(place: str, link: object) -> Spoil:
    """Return what puts ``link`` in the place of what is at ``place``, if anything is."""

    def spoil(file: h5py.File) -> None:
        if place in file:
            del file[place]
        file[place] = link

    return spoil


def of_type(place: str, kind: h5py.h5t.TypeID, shape: tuple[int, ...] = (5,)) -> Spoil:
    """Return what puts a data set of the HDF5 type ``kind`` at ``place``, empty."""

    def spoil(file: h5py.File) -> None:
        del file[place]
        h5py.h5d.create(file.id, place.encode(), kind, h5py.h5s.create_simple(shape))

    return spoil


def virtual(source: str) -> Spoil:
    """Return what makes the rates a view into the file ``source``."""

    def spoil(file: h5py.File) -> None:
        layout = h5py.VirtualLayout(shape=(5,), dtype="f8")
        layout[:] = h5py.VirtualSource(source, "betas", shape=(5,))
        del file["process/betas"]
        file["process"].create_virtual_dataset("betas", layout)

    return spoil


def external(source: str) -> Spoil:
    """Return what makes the rates lie in the file ``source``."""

    def spoil(file: h5py.File) -> None:
        del file["process/betas"]
        file["process"].create_dataset("betas", (5,), "f8", external=[(source, 0, 40)])

    return spoil


def deep(file: h5py.File) -> None:
    file["network"].attrs["config"] = '{"width":' + "[" * 60_000


def several(file: h5py.File) -> None:
    del file[WEIGHT]
    file[WEIGHT] = np.arange(6.0)
    file["network/weights/one\ntwo\x1b[2J"] = np.array([np.nan])


def a_long_name(file: h5py.File) -> None:
    file["network/weights/" + "n" * 20_000] = np.zeros(2)


def many_members(file: h5py.File) -> None:
    for index in range(10_001):
        file["network/weights"][f"w{index}"] = h5py.SoftLink("/data/shift")


def a_hole_in_a_named_type(file: h5py.File) -> None:
    del file["process/betas"]
    file["process/betas"] = np.dtype("f8")


def root_among_the_weights(file: h5py.File) -> None:
    file["network/weights/all"] = file["/"]


def packed(place: str, shape: tuple[int, ...], chunk: tuple[int, ...], *streams: bytes) -> Spoil:
    """Return what puts a data set at ``place`` whose chunks, packed with gzip, are the given ``streams``."""

    def spoil(file: h5py.File) -> None:
        del file[place]
        made = file.create_dataset(place, shape, "f8", chunks=chunk, compression="gzip")
        for index, stream in enumerate(streams):
            made.id.write_direct_chunk((index * chunk[0],), stream)

    return spoil


def zeros(megabytes: int) -> bytes:
    """Return a gzip stream of so many megabytes of zeros, made without having them."""
    packer = zlib.compressobj(9)
    begin = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    check = (((megabytes * 2**20) % 65521) << 16) | 1
    return begin + block + again * (megabytes - 1) + b"\x03\x00" + check.to_bytes(4, "big")


def twice_packed(file: h5py.File) -> None:
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((6,))
    plan.set_deflate(9)
    plan.set_filter(h5py.h5z.FILTER_DEFLATE, 0, (9,))
    del file[WEIGHT]
    made = h5py.h5d.create(file.id, WEIGHT.encode(), h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((6,)), plan)
    h5py.Dataset(made)[:] = 1.0


def unknown_filter(file: h5py.File) -> None:
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_chunk((6,))
    plan.set_filter(32_111, h5py.h5z.FLAG_OPTIONAL, (1, 2, 3))
    del file[WEIGHT]
    h5py.h5d.create(file.id, WEIGHT.encode(), h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((6,)), plan)


def more_attributes(file: h5py.File) -> None:
    for index in range(2_000):
        file.attrs[f"note {index}"] = index


def more_members(file: h5py.File) -> None:
    file["notes/mine"] = "whatever"
    file["notes/elsewhere"] = h5py.ExternalLink("/etc/hostname", "/")
    file["notes/all"] = file["/"]
