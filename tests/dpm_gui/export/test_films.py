"""Films are read back: their frames, sizes, times and colours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.errors import BadInputError, OutputError
from dpm_gui.export import films
from dpm_gui.export.films import write_film
from dpm_gui.export.gif import ColourCount, Indexer, changed_box
from tests.support.pixels import frame_count

FramePixels = NDArray[np.uint8]
BACKGROUND = (30, 33, 38)
SUFFIXES = (".gif", ".mp4")


def cloud(number: int, height: int = 60, width: int = 80, colours: int = 256) -> FramePixels:
    """A square that moves over a plain ground, and a fixed strip of many colours."""
    frame = np.full((height, width, 3), BACKGROUND, np.uint8)
    frame[-8:, :, 0] = np.linspace(0, 255, width).astype(np.uint8)
    frame[-8:, :, 1] = (np.arange(8)[:, None] * 32) % colours
    frame[5:15, 3 * number + 2 : 3 * number + 12] = (86, 180, 233)
    return frame


def clouds(count: int) -> list[FramePixels]:
    return [cloud(number) for number in range(count)]


def play(path: Path) -> list[FramePixels]:
    """Decode every frame of a film."""
    if path.suffix == ".mp4":
        import av

        with av.open(str(path)) as container:
            return [
                frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False) for frame in container.decode(video=0)
            ]
    with Image.open(path) as image:
        frames = []
        for number in range(frame_count(image)):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB")))
        return frames


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_frame_comes_back_in_order_and_size(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    frames = clouds(12)
    assert list(write_film(path, frames, 25))[-1] == 12
    shown = play(path)
    assert len(shown) == 12
    for frame, back in zip(frames, shown, strict=True):
        assert back.shape == frame.shape
        assert np.abs(back.astype(int) - frame).mean() < 6
        # Where the square is tells one frame from the next.
        assert np.abs(back[5:15].astype(int) - frame[5:15]).mean() < 6


@pytest.mark.parametrize("suffix", [".gif"])
def test_what_is_plain_keeps_its_exact_colour_in_every_frame(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    list(write_film(path, clouds(6)))
    for number, back in enumerate(play(path)):
        assert np.array_equal(back[20:50], cloud(number)[20:50])
        assert tuple(back[8, 3 * number + 5]) == (86, 180, 233)


def test_a_pixel_that_does_not_change_does_not_flicker_in_a_gif(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    rng = np.random.default_rng(5)
    still = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)  # far more colours than a palette holds
    frames = []
    for number in range(5):
        frame = still.copy()
        frame[:16] = rng.integers(0, 50 * number + 1, (16, 64, 3), dtype=np.uint8)
        frames.append(frame)
    list(write_film(path, frames))
    shown = play(path)
    assert all(np.array_equal(back[16:], shown[0][16:]) for back in shown)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_source_may_reuse_its_array(tmp_path: Path, suffix: str) -> None:
    def reusing() -> Iterator[FramePixels]:
        frame = cloud(0)
        for number in range(4):
            frame[:] = cloud(number)
            yield frame

    list(write_film(tmp_path / f"film{suffix}", reusing()))
    shown = play(tmp_path / f"film{suffix}")
    assert len(shown) == 4
    assert all(np.abs(back.astype(int) - cloud(number)).mean() < 6 for number, back in enumerate(shown))
    assert np.abs(shown[3][5:15].astype(int) - shown[0][5:15]).mean() > 6


def test_a_gif_loops_for_ever_and_its_times_do_not_drift(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    list(write_film(path, clouds(30), 30))
    with Image.open(path) as image:
        assert image.info["loop"] == 0
        durations = []
        for number in range(frame_count(image)):
            image.seek(number)
            durations.append(image.info["duration"])
    assert set(durations) == {30, 40}
    assert sum(durations) == 1000


def test_an_mp4_is_h264_that_any_player_shows_with_the_right_rate_and_hues(tmp_path: Path) -> None:
    import av

    path = tmp_path / "film.mp4"
    frames = [np.full((48, 64, 3), (213, 94, 0), np.uint8)] * 10
    list(write_film(path, frames, 25))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.codec_context.colorspace == films.BT_709
        assert stream.average_rate == 25
        image = next(container.decode(stream)).to_ndarray(format="rgb24")
    assert np.abs(image.astype(int) - frames[0]).max() <= 4


def test_odd_sizes_are_padded_by_their_edge_in_an_mp4(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    list(write_film(path, [np.full((33, 47, 3), 200, np.uint8)] * 3))
    (shown, *_) = play(path)
    assert shown.shape == (34, 48, 3)
    assert abs(int(shown[33, 47, 0]) - 200) <= 3


def test_without_x264_an_mp4_is_written_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import av

    monkeypatch.setattr(av, "codecs_available", av.codecs_available - {"libx264"})
    list(write_film(tmp_path / "film.mp4", clouds(4)))
    assert len(play(tmp_path / "film.mp4")) == 4


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_film_of_one_frame_is_a_film(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    assert list(write_film(path, clouds(1)))[-1] == 1
    assert len(play(path)) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frames_that_are_alike_all_count(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    list(write_film(path, [cloud(0)] * 4))
    shown = play(path)
    assert len(shown) == 4
    assert np.abs(shown[3].astype(int) - shown[0]).max() <= 2


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_progress_rises_to_the_number_of_frames(tmp_path: Path, suffix: str) -> None:
    progress = list(write_film(tmp_path / f"film{suffix}", clouds(7)))
    assert progress == sorted(progress)
    assert progress[-1] == 7
    assert progress.count(7) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("after", [0, 1, 5, 12])
def test_a_cancelled_film_leaves_what_was_there_before(tmp_path: Path, suffix: str, after: int) -> None:
    path = tmp_path / f"film{suffix}"
    path.write_bytes(b"the old film")
    writing = write_film(path, clouds(20))
    for _ in range(after):
        next(writing)
    writing.close()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"the old film"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_failing_source_of_frames_leaves_nothing_behind(tmp_path: Path, suffix: str) -> None:
    def failing() -> Iterator[FramePixels]:
        yield cloud(0)
        yield cloud(1)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        list(write_film(tmp_path / f"film{suffix}", failing()))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frames_are_asked_for_one_at_a_time(tmp_path: Path, suffix: str) -> None:
    asked = 0

    def counting() -> Iterator[FramePixels]:
        nonlocal asked
        for number in range(10):
            asked += 1
            yield cloud(number)

    writing = write_film(tmp_path / f"film{suffix}", counting())
    assert asked == 0
    next(writing)
    assert asked <= 2
    writing.close()


@pytest.mark.parametrize(
    ("name", "what"), [("film.avi", "the suffix .avi is not known"), ("film", "the name has no suffix")]
)
def test_an_unknown_suffix_is_refused_at_once_with_those_that_work(tmp_path: Path, name: str, what: str) -> None:
    with pytest.raises(BadInputError) as received:
        write_film(tmp_path / name, clouds(1))
    assert str(received.value) == f"{tmp_path / name}: {what}; a film ends in .gif or .mp4"


def test_a_suffix_in_capitals_is_known(tmp_path: Path) -> None:
    list(write_film(tmp_path / "FILM.GIF", clouds(2)))
    assert len(play(tmp_path / "FILM.GIF")) == 2


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_folder_is_told_before_the_first_frame(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        write_film(tmp_path / "gone" / f"film{suffix}", clouds(1))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_frames_are_no_film(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(BadInputError, match="a film needs at least one frame"):
        list(write_film(tmp_path / f"film{suffix}", []))
    assert list(tmp_path.iterdir()) == []


def test_a_frame_of_another_size_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="frame 2 is 40 x 30 pixels, the film 80 x 60"):
        list(write_film(tmp_path / "film.mp4", [cloud(0), np.zeros((30, 40, 3), np.uint8)]))
    assert list(tmp_path.iterdir()) == []


def test_a_frame_that_is_no_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"frame 1 is uint8 \[4, 4\], not uint8 \[H, W, 3\]"):
        list(write_film(tmp_path / "film.gif", [np.zeros((4, 4), np.uint8)]))


@pytest.mark.parametrize(("suffix", "fps"), [(".gif", 51), (".gif", 0), (".mp4", -1), (".gif", float("nan"))])
def test_a_rate_that_cannot_be_is_refused_at_once(tmp_path: Path, suffix: str, fps: float) -> None:
    with pytest.raises(BadInputError, match="frames a second"):
        write_film(tmp_path / f"film{suffix}", clouds(1), fps)


def test_the_index_of_a_colour_is_that_of_the_nearest_in_the_palette() -> None:
    palette = np.array([[0, 0, 0], [255, 255, 255], [252, 252, 252], [213, 94, 0]], np.uint8)
    frame = np.array([[[255, 255, 255], [251, 252, 252], [200, 90, 9], [3, 2, 1]]], np.uint8)
    for _ in range(2):  # looked up, then remembered
        assert Indexer(palette).indices(frame).tolist() == [[1, 2, 3, 0]]


def test_a_film_of_few_colours_keeps_them_all() -> None:
    count = ColourCount()
    colours = np.random.default_rng(0).integers(0, 256, (200, 3), dtype=np.uint8)
    frame = np.repeat(colours, 40, axis=0).reshape(80, 100, 3)
    count.add(frame)
    kept = {tuple(colour) for colour in count.palette()}
    assert kept == {tuple(colour) for colour in colours}


def test_a_palette_holds_a_plain_ground_exactly_and_points_closely() -> None:
    rng = np.random.default_rng(1)
    frame = np.full((300, 300, 3), BACKGROUND, np.uint8)
    frame[::3] += rng.integers(0, 4, (100, 300, 3), dtype=np.uint8)  # shades beside it, none as frequent
    rows, columns = rng.integers(0, 300, (2, 4000))
    frame[rows, columns] = rng.integers(0, 256, (4000, 1)) * np.array([1.0, 0.5, 0.25])  # a line through the colours
    count = ColourCount()
    count.add(frame)
    palette = count.palette()
    assert len(palette) <= 256
    back = palette[Indexer(palette).indices(frame)]
    plain = (frame == BACKGROUND).all(axis=2)
    assert np.array_equal(back[plain], frame[plain])
    assert np.abs(back.astype(int) - frame).max() <= 12


def test_every_plain_hue_is_in_the_palette_among_any_number_of_other_colours() -> None:
    rng = np.random.default_rng(4)
    frame = rng.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    hues = rng.integers(0, 256, (20, 3), dtype=np.uint8)
    for number, hue in enumerate(hues):
        frame[10 * number : 10 * number + 5, :40] = hue
    count = ColourCount()
    count.add(frame)
    assert {tuple(hue) for hue in hues} <= {tuple(colour) for colour in count.palette()}


def test_the_box_of_what_changed_is_the_least_that_holds_it() -> None:
    before = np.zeros((20, 30), np.uint8)
    now = before.copy()
    now[4, 7] = now[9, 21] = 1
    assert changed_box(None, now) == (0, 0, 30, 20)
    assert changed_box(before, now) == (7, 4, 22, 10)
    assert changed_box(now, now) == (0, 0, 1, 1)
