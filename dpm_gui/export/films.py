"""Writes a sequence of frames to a GIF or an MP4 file or to a folder of images, completely or not at all."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError, OutputError
from core.runtime.files import atomic_folder, atomic_path, check_output_folder, check_output_path

if TYPE_CHECKING:
    from av import VideoStream
    from av.container import OutputContainer

FramePixels = NDArray[np.uint8]
"""One frame of a film: ``[H, W, 3]``, RGB."""

SUFFIXES = (".gif", ".mp4")
MOST_FRAMES_A_SECOND = {".gif": 50, ".mp4": 240}
"""A GIF counts in hundredths of a second, and players slow down frames shorter than two of them."""

LEAST_DIGITS = 4
"""Fewest digits of the numbers that name the images of a folder."""
PNG_EFFORT = 3
"""Level of zlib: half the time of Pillow's default, for files of about the same size."""

BT_709 = 1
LIMITED_RANGE = 1


def write_film(
    path: str | os.PathLike[str], frames: Iterable[FramePixels], fps: float = 30.0
) -> Generator[int, None, None]:
    """Write ``frames`` to ``path`` as they come, in the format of its suffix, .gif or .mp4.

    Return a generator that works while it is iterated and yields the number of frames done, at the end that of all.
    Closing it cancels: no partial file is left, and an existing film is kept. A GIF needs two passes, because all
    frames share one palette; the numbers then rise at half the speed.

    Args:
        path: The file; an existing one is replaced.
        frames: Images ``[H, W, 3]``, uint8, RGB, all of one size.
        fps: Frames per second.

    Raises:
        BadInputError: At once if the suffix is unknown or ``fps`` is out of range; later if there are no frames or
            their sizes differ.
        OutputError: At once if ``path`` cannot be written; later if writing fails.
    """
    suffix = check_film_path(path)
    most = MOST_FRAMES_A_SECOND[suffix]
    if not 0 < fps <= most:
        raise BadInputError(f"{fps:g} frames a second: {suffix[1:].upper()} films take more than 0 and at most {most}")
    return _write(path, suffix, _checked(path, frames), Fraction(fps).limit_denominator(1000))


def write_frames(path: str | os.PathLike[str], frames: Iterable[FramePixels], count: int) -> Generator[int, None, None]:
    """Write ``frames`` to numbered PNG files in the new folder ``path``; ``count`` is their number.

    The generator works as that of `write_film`.

    Raises:
        OutputError: At once if the folder cannot be written or holds files already; later if writing fails.
    """
    check_output_folder(path)
    return _write_frames(path, _checked(path, frames), count)


def check_film_path(path: str | os.PathLike[str]) -> str:
    """Return the suffix of ``path``, in lower case, if a film can be written there.

    Raises:
        BadInputError: If the suffix is neither .gif nor .mp4.
        OutputError: If ``path`` cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        wrong = f"the suffix {suffix} is not known" if suffix else "the name has no suffix"
        raise BadInputError(f"{os.fspath(path)}: {wrong}; a film ends in .gif or .mp4")
    check_output_path(path)
    return suffix


def _write(
    path: str | os.PathLike[str], suffix: str, frames: Iterator[FramePixels], fps: Fraction
) -> Generator[int, None, None]:
    with atomic_path(path) as temporary:
        if suffix == ".mp4":
            yield from _write_mp4(temporary, frames, fps, os.fspath(path))
        else:
            from dpm_gui.export.gif import write_gif

            yield from write_gif(temporary, frames, fps)


def _write_frames(
    path: str | os.PathLike[str], frames: Iterator[FramePixels], count: int
) -> Generator[int, None, None]:
    from PIL import Image

    digits = max(LEAST_DIGITS, len(str(count)))
    with atomic_folder(path) as folder:
        for number, frame in enumerate(frames, start=1):
            Image.fromarray(frame).save(folder / f"{number:0{digits}}.png", compress_level=PNG_EFFORT)
            yield number


def _checked(path: str | os.PathLike[str], frames: Iterable[FramePixels]) -> Iterator[FramePixels]:
    """Yield the frames after checking that they are RGB images of one size."""
    shape: tuple[int, ...] | None = None
    for number, frame in enumerate(frames, start=1):
        if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or frame.size == 0:
            raise BadInputError(
                f"{os.fspath(path)}: frame {number} is {frame.dtype} {list(frame.shape)}, not uint8 [H, W, 3]"
            )
        if shape is None:
            shape = frame.shape
        if frame.shape != shape:
            raise BadInputError(
                f"{os.fspath(path)}: frame {number} is {frame.shape[1]} x {frame.shape[0]} pixels, "
                f"the film {shape[1]} x {shape[0]}"
            )
        yield frame
    if shape is None:
        raise BadInputError(f"{os.fspath(path)}: a film needs at least one frame")


def _write_mp4(temporary: Path, frames: Iterator[FramePixels], fps: Fraction, name: str) -> Iterator[int]:
    import av

    try:
        with av.open(str(temporary), "w", format="mp4", options={"movflags": "faststart"}) as container:
            first = next(frames)
            stream = _add_stream(container, fps, first)
            yield from _encode(container, stream, first, frames)
    except av.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise OutputError(f"{name}: the film cannot be encoded: {error.strerror or error}") from error


def _add_stream(container: OutputContainer, fps: Fraction, first: FramePixels) -> VideoStream:
    """Return an H.264 stream, or an MPEG-4 stream if this build of the codecs lacks x264."""
    import av

    if "libx264" in av.codecs_available:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "18"})
    else:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.bit_rate = 8_000_000
    stream.height, stream.width = (size + size % 2 for size in first.shape[:2])
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.gop_size = max(1, round(fps))  # a key frame each second, so that players can scrub
    # Set explicitly: players assume different values for small and large images, which would shift the hues.
    context.colorspace = context.color_primaries = context.color_trc = BT_709
    context.color_range = LIMITED_RANGE
    return stream


def _encode(
    container: OutputContainer, stream: VideoStream, first: FramePixels, rest: Iterator[FramePixels]
) -> Iterator[int]:
    import av

    frame: FramePixels | None = first
    done = 0
    while frame is not None:
        odd = [(0, size % 2) for size in frame.shape[:2]]
        even = np.ascontiguousarray(np.pad(frame, [*odd, (0, 0)], mode="edge"))
        video_frame = av.VideoFrame.from_ndarray(even, format="rgb24").reformat(
            format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG", interpolation="AREA"
        )
        video_frame.pts = done
        container.mux(stream.encode(video_frame))
        done += 1
        frame = next(rest, None)
        if frame is not None:
            yield done
    container.mux(stream.encode(None))
    yield done
