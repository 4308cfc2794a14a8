"""What a film shows and how: its options, the steps of its frames, and an estimate of its size; nothing here is Qt."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dpm_gui.engine.time_scale import LOG_SNR, SIGNAL, STEP, TimeScale
from dpm_gui.session.playback import DIRECTIONS, playback_seconds

MP4, GIF, PNG = "mp4", "gif", "png"
FORMS = {MP4: "MP4 film", GIF: "GIF film", PNG: "PNG frames in a folder"}
SIZES = ((960, 540), (1280, 720), (1920, 1080))
LEAST_SIZE, MOST_SIZE = (480, 270), (3840, 2160)
LEAST_SPEED, MOST_SPEED = 0.01, 100.0
MOST_HOLD = 60.0
MOST_RATE = {MP4: 120, GIF: 50, PNG: 120}
MOST_FRAMES = 20_000
SCALES = (STEP, LOG_SNR, SIGNAL)
PIXEL_BYTES = {
    MP4: {"points": 0.124, "sequences": 0.007, "images": 0.045},
    GIF: {"points": 0.12, "sequences": 0.03, "images": 0.18},
    PNG: {"points": 0.34, "sequences": 0.052, "images": 0.143},
}
"""Bytes a pixel of a frame that differs from the one before, measured on films of the shipped models."""
STILL_SHARE = {MP4: 0.02, GIF: 0.0, PNG: 1.0}
"""Size of a frame that equals the one before, as a share of one that differs."""


@dataclass(frozen=True, slots=True)
class FilmOptions:
    """What a film shows and how; the range is that of one chain, and the rest is remembered.

    Attributes:
        first, last: The range of steps, 0 … T.
        form: "mp4", "gif" or "png", which is a folder of images.
        direction: "forward", "backward" or "there_and_back", of the forward side.
        opposite: Whether the reverse side goes the other way, so that data and noise stand side by side.
        time: Name of the scale on which time is even, one of `SCALES`.
        speed: Multiple of the normal speed of playing.
        hold: Seconds for which each end stands still.
        rate: Frames a second.
        width, height: Size of a frame, pixels.
        bar, strip: Whether a bar of t, and a strip of the entropy bounds, stand below.
    """

    first: int = 0
    last: int = 1
    form: str = MP4
    direction: str = "there_and_back"
    opposite: bool = True
    time: str = STEP
    speed: float = 1.0
    hold: float = 0.5
    rate: int = 25
    width: int = SIZES[0][0]
    height: int = SIZES[0][1]
    bar: bool = True
    strip: bool = True

    def to_text(self) -> str:
        """Return what is remembered, for `from_text`."""
        return json.dumps({name: value for name, value in asdict(self).items() if name not in ("first", "last")})

    @classmethod
    def from_text(cls, text: str, last: int) -> FilmOptions:
        """Return the remembered options for a chain of ``last`` steps; what cannot be used is the default."""
        options = cls(0, last)
        try:
            found = json.loads(text)
        except ValueError:
            return options
        if not isinstance(found, dict):
            return options
        if found.get("by_log_snr") is True:  # as it was remembered before there were other scales
            found.setdefault("time", LOG_SNR)
        for field in fields(cls)[2:]:
            value: Any = found.get(field.name)
            if type(value) is type(getattr(options, field.name)):
                changed = replace(options, **{field.name: value})
                options = options if changed.problems(last) else changed
        return options

    def problems(self, steps: int, scale: TimeScale | None = None) -> dict[str, str]:
        """Return what is wrong in a chain of ``steps`` on a ``scale``, a sentence for each field of the dialog."""
        found = {}
        if self.form not in FORMS or self.direction not in DIRECTIONS:
            found["form"] = "This is not known."
        if self.time not in SCALES:
            found["time"] = f"Time is one of {', '.join(SCALES)}."
        if max(self.first, self.last) > steps:
            found["range"] = f"The last step is T = {steps}."
        elif self.first >= self.last:
            found["range"] = "The first step must be below the last."
        if not LEAST_SPEED <= self.speed <= MOST_SPEED:
            found["speed"] = f"Speed is {LEAST_SPEED:g} to {MOST_SPEED:g} times the normal one."
        if not 0 <= self.hold <= MOST_HOLD:
            found["hold"] = f"At most {MOST_HOLD:g} seconds."
        most = MOST_RATE.get(self.form, 0)
        if not 1 <= self.rate <= most:
            found["rate"] = f"{FORMS.get(self.form, 'A film')}: 1 to {most} frames a second."
        if not (LEAST_SIZE[0] <= self.width <= MOST_SIZE[0] and LEAST_SIZE[1] <= self.height <= MOST_SIZE[1]):
            found["size"] = "From {}x{} to {}x{} pixels.".format(*LEAST_SIZE, *MOST_SIZE)
        if not found and frame_count(self, steps, scale) > MOST_FRAMES:
            found["speed"] = f"More than {MOST_FRAMES:,} frames; go faster, or show fewer a second."
        return found


@dataclass(frozen=True, slots=True, eq=False)
class FilmSubject:
    """The run of which the film is made.

    Attributes:
        alpha_bars: The signal left at each step, ``[T + 1]``.
        kind: "points", "sequences" or "images".
    """

    alpha_bars: NDArray[np.float64]
    kind: str

    @property
    def steps(self) -> int:
        """T."""
        return len(self.alpha_bars) - 1

    def scale(self, options: FilmOptions) -> TimeScale | None:
        """Return the scale on which time is even; None for that of the steps."""
        return TimeScale.named(options.time, self.alpha_bars)


def normal_seconds(options: FilmOptions, steps: int, scale: TimeScale | None = None) -> float:
    """Return the seconds that the range takes one way at normal speed."""
    used = _used(scale, steps)
    return playback_seconds(steps) * (used.place_of(options.last) - used.place_of(options.first))


def frame_count(options: FilmOptions, steps: int, scale: TimeScale | None = None) -> int:
    """Return the number of frames; time is even on ``scale``, and in t without one."""
    moving, held = _moving_and_held(options, steps, scale)
    return moving * (2 if options.direction == "there_and_back" else 1) + 2 * held


def frame_positions(options: FilmOptions, steps: int, scale: TimeScale | None = None) -> list[tuple[float, float]]:
    """Return the position of both sides, forward and reverse, 0.0 … T, in each frame."""
    used = _used(scale, steps)
    moving, held = _moving_and_held(options, steps, scale)
    start, stop = used.place_of(options.first), used.place_of(options.last)
    places = np.linspace(start, stop, moving)
    if options.direction == "backward":
        places = places[::-1]
    others = start + stop - places if options.opposite else places
    sweep = [(_position(used, one), _position(used, other)) for one, other in zip(places, others, strict=True)]
    back = sweep[::-1] if options.direction == "there_and_back" else []
    return [sweep[0]] * held + sweep + [sweep[-1]] * held + back


def estimated_bytes(options: FilmOptions, steps: int, kind: str, scale: TimeScale | None = None) -> int:
    """Return about how large the film of states of a ``kind``, such as "points", will be."""
    pixels = options.width * options.height
    shown = frame_positions(options, steps, scale)
    if kind != "points":  # which alone move between two steps
        shown = [(round(one), round(other)) for one, other in shown]
    moving = 1 + sum(one != other for one, other in pairwise(shown))
    weight = moving + STILL_SHARE[options.form] * (len(shown) - moving)
    return round(pixels * weight * PIXEL_BYTES[options.form].get(kind, max(PIXEL_BYTES[options.form].values())))


def _position(scale: TimeScale, place: float) -> float:
    return round(scale.position_at(float(place)), 6)  # whole where it is a step, in spite of rounding


def _used(scale: TimeScale | None, steps: int) -> TimeScale:
    return TimeScale.of_steps(steps) if scale is None else scale


def _moving_and_held(options: FilmOptions, steps: int, scale: TimeScale | None) -> tuple[int, int]:
    seconds = normal_seconds(options, steps, scale) / options.speed
    return max(2, round(seconds * options.rate)), round(options.hold * options.rate)
