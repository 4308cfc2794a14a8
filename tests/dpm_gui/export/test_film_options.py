"""The options of a film: the steps of its frames, what is refused, and what is remembered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dpm_gui.engine.time_scale import LOG_SNR, SIGNAL, STEP, TimeScale
from dpm_gui.export.film_options import (
    GIF,
    MOST_FRAMES,
    MP4,
    PNG,
    FilmOptions,
    FilmSubject,
    estimated_bytes,
    frame_count,
    frame_positions,
    normal_seconds,
)

T = 40
WHOLE = FilmOptions(0, T)
SCALE = TimeScale(np.linspace(0.0, 1.0, T + 1) ** 2)


def test_the_default_film_begins_and_ends_with_data_on_one_side_and_noise_on_the_other() -> None:
    positions = frame_positions(WHOLE, T)
    assert positions[0] == positions[-1] == (0.0, 40.0)
    assert positions[len(positions) // 2] == (40.0, 0.0)


def test_each_end_is_held_and_the_way_lasts_as_long_as_playing_does() -> None:
    held, moving = round(0.5 * 25), 4 * 25
    positions = frame_positions(WHOLE, T)
    assert len(positions) == frame_count(WHOLE, T) == 2 * held + 2 * moving
    assert positions.count((0.0, 40.0)) == held + 2
    assert positions.count((40.0, 0.0)) == held + 2
    assert frame_count(replace(WHOLE, speed=2.0), T) == 2 * held + moving


@pytest.mark.parametrize(
    ("direction", "opposite", "first", "last"),
    [
        ("forward", False, (10.0, 10.0), (30.0, 30.0)),
        ("backward", False, (30.0, 30.0), (10.0, 10.0)),
        ("there_and_back", False, (10.0, 10.0), (10.0, 10.0)),
        ("forward", True, (10.0, 30.0), (30.0, 10.0)),
        ("backward", True, (30.0, 10.0), (10.0, 30.0)),
    ],
)
def test_a_film_goes_through_its_range_in_its_direction(
    direction: str, opposite: bool, first: tuple[float, float], last: tuple[float, float]
) -> None:
    options = replace(WHOLE, first=10, last=30, direction=direction, opposite=opposite)
    for scale in (None, SCALE):
        positions = frame_positions(options, T, scale)
        assert (positions[0], positions[-1]) == (first, last)
        assert all(10 <= each <= 30 for pair in positions for each in pair)


def test_on_a_scale_the_frames_lie_evenly() -> None:
    options = replace(WHOLE, direction="forward", hold=0.0)
    places = [SCALE.place_of(forward) for forward, _ in frame_positions(options, T, SCALE)]
    assert places == pytest.approx(np.linspace(0.0, 1.0, len(places)), abs=1e-3)
    assert normal_seconds(replace(options, last=20), T, SCALE) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("range", {"first": 40}),
        ("range", {"first": 30, "last": 20}),
        ("range", {"last": 41}),
        ("speed", {"speed": 0.0}),
        ("speed", {"speed": 0.01, "rate": 120}),
        ("hold", {"hold": 61.0}),
        ("rate", {"rate": 0}),
        ("rate", {"rate": 60, "form": GIF}),
        ("size", {"width": 479}),
        ("size", {"height": 3000}),
    ],
)
def test_nonsense_is_refused_at_its_field_with_a_sentence(field: str, changes: dict[str, object]) -> None:
    problems = replace(WHOLE, **changes).problems(T)  # type: ignore[arg-type]
    assert list(problems) == [field]
    assert problems[field].endswith(".")


def test_what_is_not_refused_has_a_bounded_number_of_frames() -> None:
    assert not WHOLE.problems(T)
    for speed in (0.02, 0.1, 1.0, 100.0):
        options = replace(WHOLE, speed=speed)
        assert options.problems(T) or frame_count(options, T) <= MOST_FRAMES


def test_choices_are_remembered_for_a_chain_of_another_length() -> None:
    chosen = FilmOptions(3, 9, GIF, "backward", False, LOG_SNR, 2.5, 1.0, 50, 640, 360, False, False)
    assert FilmOptions.from_text(chosen.to_text(), 200) == replace(chosen, first=0, last=200)


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "null", '{"rate": "x", "form": "avi"}', '{"width": 1, "first": 7, "speed": NaN}']
)
def test_damaged_choices_are_the_default(text: str) -> None:
    assert FilmOptions.from_text(text, T) == WHOLE


def test_the_estimate_grows_with_pixels_and_frames_and_counts_what_stands_still_of_images_only() -> None:
    for form in (MP4, GIF, PNG):
        options = replace(WHOLE, form=form)
        size = estimated_bytes(options, T, "points")
        assert estimated_bytes(replace(options, width=1920, height=1080), T, "points") == pytest.approx(4 * size)
        assert estimated_bytes(replace(options, speed=0.5), T, "points") > size
    held = replace(WHOLE, hold=10.0)
    assert estimated_bytes(held, T, "images") < 1.5 * estimated_bytes(WHOLE, T, "images")


def test_a_film_is_even_on_the_scale_that_its_options_name() -> None:
    subject = FilmSubject(np.linspace(1.0, 0.001, T + 1) ** 2, "images")
    assert subject.steps == T
    assert subject.scale(WHOLE) is None
    places = []
    for name, made in ((LOG_SNR, TimeScale.of_log_snr), (SIGNAL, TimeScale.of_signal)):
        scale = subject.scale(replace(WHOLE, time=name))
        assert scale is not None
        assert np.array_equal(scale.places, made(subject.alpha_bars).places)
        places.append(scale.place_of(T / 2))
    assert places[0] != places[1]
    assert replace(WHOLE, time="weeks").problems(T).keys() == {"time"}


def test_the_scale_of_a_film_is_remembered_also_from_before_it_had_a_name() -> None:
    for name in (STEP, LOG_SNR, SIGNAL):
        assert FilmOptions.from_text(replace(WHOLE, time=name).to_text(), T).time == name
    assert FilmOptions.from_text('{"by_log_snr": true}', T).time == LOG_SNR
    assert FilmOptions.from_text('{"by_log_snr": false, "time": "weeks"}', T).time == STEP
