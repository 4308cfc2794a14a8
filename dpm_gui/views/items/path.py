"""Trajectories as lines through the plane: a few with a halo and a dot each, or many as a thin fan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from dpm_gui.desktop.theme import Palette
from dpm_gui.views.items.view_item import CachedItem, is_vector, new_pixmap, pixel_ratio

DOT = 5.0
"""Radius of the dot at the current place of a path, in pixels."""
WIDTH, HALO_WIDTH, FAN_WIDTH = 1.6, 4.0, 1.0
"""Widths of a path, of its halo and of a line of a fan, in pixels."""
FUTURE, FAN_PAST, FAN_FUTURE = 0.35, 0.55, 0.15
"""Opacities: of the part of a path that is still to come, and of both parts of a line of a fan."""
MOST_PLACES = 65
"""Most places of each line of a fan that are drawn; the lines of a longer chain leave some out."""
MOMENTS = 4
"""Earlier moments of which the pixels are kept."""
_LIGHT_COLOURS = ("#C2187A", "#0072B2", "#D55E00", "#00785A", "#6A3D9A", "#8C5A00")
_DARK_COLOURS = ("#FF8CCB", "#6CC5F5", "#FFA05C", "#4FE0B0", "#C9A6FF", "#F5DD6B")


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One line of a `PathItem`.

    Attributes:
        places: Its places ``[S, 2]``, in data coordinates, in the order of t; only finite ones are drawn.
        upto: The place of its dot, up to which it is past; None without a dot, and then all of it is past.
        colour: Its number in the cycle of colours; 0 is the ink of the theme.
    """

    places: NDArray[np.float32]
    upto: int | None
    colour: int = 0


def path_colour(palette: Palette, number: int) -> str:
    """Return colour ``number`` of the cycle of paths: the ink first, then six that colour-blind eyes tell apart."""
    colours = (palette.ink, *(_DARK_COLOURS if palette.dark else _LIGHT_COLOURS))
    return colours[number % len(colours)]


class TracksItem(CachedItem):
    """Lines whose past is drawn solid, whose future faint.

    The past ends at the dot: it is what comes before it if the lines are ``ascending``, as those of the forward
    process; those of the reverse begin at their other end. While the dots move on in time, only what is new of the past
    is added to its pixels; while they move back, it is added to those of an earlier moment.
    """

    def __init__(self, *, ascending: bool = True) -> None:
        super().__init__()
        self._ascending = ascending
        self._tracks: tuple[Track, ...] = ()
        self._scale = 1.0
        self._past: tuple[QTransform, QRect, float, QPixmap] | None = None
        self._drawn: list[int] = []  # of each track, how many places of its past are in these pixels
        self._earlier: list[tuple[list[int], QPixmap]] = []  # the same at a few earlier moments

    def set_tracks(self, tracks: Sequence[Track]) -> None:
        """Draw ``tracks``; if they differ from those before in their dots alone, what is drawn stays."""
        before, self._tracks = self._tracks, tuple(tracks)
        same = len(before) == len(self._tracks) and all(
            one.places is other.places and one.colour == other.colour
            for one, other in zip(before, self._tracks, strict=True)
        )
        self.update() if same else self.redraw()

    def redraw(self) -> None:
        self._past = None
        super().redraw()

    def past_of(self, track: Track) -> NDArray[np.float32]:
        """Return the places of ``track`` up to that of its dot, in the order of time, ``[S, 2]``; all without a dot."""
        places = track.places if self._ascending else track.places[::-1]
        if track.upto is None:
            return places
        return places[: track.upto + 1 if self._ascending else max(0, len(places) - track.upto)]

    def line_colour(self, track: Track) -> QColor:
        """Subclasses: return the colour of a line."""
        raise NotImplementedError

    @property
    def line_width(self) -> float:
        """Subclasses: return the width of lines, in pixels."""
        raise NotImplementedError

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self._tracks:
            return
        super().paint(painter, option, widget)
        world, ratio = painter.worldTransform(), pixel_ratio(painter)
        place = world.mapRect(self.boundingRect()).toAlignedRect()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_vector(painter):
            self.draw_past(painter, world)
        elif not (place.size() * ratio).isEmpty():
            painter.drawPixmap(place.topLeft(), self._past_pixmap(world, place, ratio))
        self.draw_dots(painter, world)
        painter.restore()

    def draw_past(
        self, painter: QPainter, to_pixels: QTransform, begin: Sequence[int] = (), end: Sequence[int] = ()
    ) -> None:
        """Draw the past of each track, or its places from ``begin`` to ``end`` in the order of time."""
        for number, track in enumerate(self._tracks):
            part = slice(max(0, begin[number] - 1), end[number]) if begin else slice(None)
            self._stroke(painter, self.past_of(track)[part], to_pixels, self.line_colour(track), self.line_width)

    def draw_dots(self, painter: QPainter, to_pixels: QTransform) -> None:
        """Subclasses: draw what marks the present on each track."""

    def _past_pixmap(self, world: QTransform, place: QRect, ratio: float) -> QPixmap:
        wanted = [len(self.past_of(track)) for track in self._tracks]
        kept = self._past is not None and self._past[:3] == (world, place, ratio)
        if not kept:
            self._earlier = []
        if self._past is None or not kept or any(map(int.__lt__, wanted, self._drawn)):
            while self._earlier and any(map(int.__lt__, wanted, self._earlier[-1][0])):
                self._earlier.pop()
            if self._earlier:
                self._drawn, pixmap = self._earlier[-1][0], self._earlier[-1][1].copy()
            else:
                self._drawn, pixmap = [0] * len(wanted), new_pixmap(place.size(), ratio)
            self._past = world, place, ratio, pixmap
        stride = max(1, -(-max((len(track.places) for track in self._tracks), default=1) // (MOMENTS + 1)))
        while wanted != self._drawn:
            steps = stride - min(self._drawn) % stride
            end = [min(each, drawn + steps) for each, drawn in zip(wanted, self._drawn, strict=True)]
            inner = QPainter(self._past[3])
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            inner.translate(-QPointF(place.topLeft()))
            self.draw_past(inner, world, self._drawn, end)
            inner.end()
            self._drawn = end
            if min(end) % stride == 0 and len(self._earlier) < MOMENTS:
                self._earlier.append((end, self._past[3].copy()))
        return self._past[3]

    def _stroke(
        self, painter: QPainter, places: NDArray[np.float32], to_pixels: QTransform, colour: QColor, width: float
    ) -> None:
        places = places[np.isfinite(places).all(axis=1)]
        if len(places) < 2:
            return
        x, y = places.astype(np.float64).T
        path = pg.arrayToQPath(
            to_pixels.m11() * x + to_pixels.m21() * y + to_pixels.dx(),
            to_pixels.m12() * x + to_pixels.m22() * y + to_pixels.dy(),
        )
        painter.strokePath(path, self._pen(colour, width))

    def _pen(self, colour: QColor, width: float) -> QPen:
        pen = QPen(colour, width * self._scale)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)  # parts that are added later join well
        return pen


class PathItem(TracksItem):
    """The paths of a few trajectories, each with a halo that sets it off from the points below, and with a dot."""

    def __init__(self, *, ascending: bool = True) -> None:
        super().__init__(ascending=ascending)
        self._palette: Palette | None = None
        self._hue = QColor()
        self._halo = QColor()

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The paths shown, the newest last."""
        return self._tracks

    @property
    def places(self) -> NDArray[np.float32]:
        """The places of the newest path ``[S, 2]``; none if there is no path."""
        return self._tracks[-1].places if self._tracks else np.empty((0, 2), np.float32)

    @property
    def dot(self) -> QPointF | None:
        """Position of the dot of the newest path in data coordinates, or None without one."""
        return _dot_of(self._tracks[-1]) if self._tracks else None

    @property
    def line_width(self) -> float:
        return WIDTH

    def line_colour(self, track: Track) -> QColor:
        return QColor() if self._palette is None else QColor(path_colour(self._palette, track.colour))

    def apply_palette(self, palette: Palette, hue: QColor, line_scale: float) -> None:
        """Draw in the colours of ``palette``; the dot of a single path has the ``hue`` of its side."""
        self._palette, self._hue = palette, hue
        self._halo = QColor(palette.surface)
        self._halo.setAlphaF(0.8)
        self._scale = line_scale
        self.redraw()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        for track in self._tracks:
            self._stroke(painter, track.places, to_pixels, self._halo, HALO_WIDTH)
        for track in self._tracks:
            colour = self.line_colour(track)
            colour.setAlphaF(FUTURE)
            self._stroke(painter, track.places, to_pixels, colour, WIDTH)

    def draw_dots(self, painter: QPainter, to_pixels: QTransform) -> None:
        radius = DOT * self._scale
        painter.setPen(QPen(self._halo, 2.0 * self._scale))
        for track in self._tracks:
            dot = _dot_of(track)
            if dot is not None:
                painter.setBrush(self._hue if len(self._tracks) == 1 else self.line_colour(track))
                painter.drawEllipse(to_pixels.map(dot), radius, radius)


class FanItem(TracksItem):
    """The paths of many futures: thin lines in one colour, or each in the colour of its point."""

    def __init__(self, *, ascending: bool = False) -> None:
        super().__init__(ascending=ascending)
        self._fan: NDArray[np.float32] | None = None
        self._colours: list[QColor] = []
        self._steps = np.empty(0, np.int64)

    @property
    def line_width(self) -> float:
        return FAN_WIDTH

    @property
    def fan(self) -> NDArray[np.float32] | None:
        """The places shown, ``[S, K, 2]``, or None."""
        return self._fan

    def line_colour(self, track: Track) -> QColor:
        colour = QColor(self._colours[track.colour % len(self._colours)]) if self._colours else QColor()
        colour.setAlphaF(FAN_PAST)
        return colour

    def set_colours(self, colours: NDArray[np.uint8], line_scale: float) -> None:
        """Draw line i in row i of ``colours`` [K, 4]; further ones begin again at row 0."""
        self._colours, self._scale = [QColor(*row) for row in colours.tolist()], line_scale
        self.redraw()

    def show_fan(self, fan: NDArray[np.float32] | None, upto: int | None) -> None:
        """Draw the places ``fan`` [S, K, 2] of K futures, which are past up to the step ``upto``; None draws none."""
        if fan is None:
            self._fan = None
            self.set_tracks(())
            return
        if fan is not self._fan:
            self._fan = fan
            self._steps = np.unique(np.linspace(0, len(fan) - 1, min(len(fan), MOST_PLACES)).round().astype(np.int64))
            lines = [np.ascontiguousarray(fan[self._steps, number]) for number in range(fan.shape[1])]
        else:
            lines = [track.places for track in self._tracks]
        place = None if upto is None else int(np.searchsorted(self._steps, upto))
        self.set_tracks([Track(line, place, number) for number, line in enumerate(lines)])

    def draw_past(
        self, painter: QPainter, to_pixels: QTransform, begin: Sequence[int] = (), end: Sequence[int] = ()
    ) -> None:
        """Draw the same as the base class, but map the new parts of all lines to pixels at once."""
        if not begin or len({*begin, *end}) > 2:  # the lines do not go on together
            super().draw_past(painter, to_pixels, begin, end)
            return
        part = slice(max(0, begin[0] - 1), end[0])
        x, y = np.moveaxis(np.stack([self.past_of(track)[part] for track in self._tracks]).astype(np.float64), 2, 0)
        across = to_pixels.m11() * x + to_pixels.m21() * y + to_pixels.dx()
        down = to_pixels.m12() * x + to_pixels.m22() * y + to_pixels.dy()
        whole = np.isfinite(x + y).all(axis=1).tolist()
        for number, track in enumerate(self._tracks):
            if not whole[number]:
                self._stroke(painter, self.past_of(track)[part], to_pixels, self.line_colour(track), FAN_WIDTH)
            elif x.shape[1] > 1:
                painter.setPen(self._pen(self.line_colour(track), FAN_WIDTH))
                painter.drawPolyline(pg.functions.arrayToQPolygonF(across[number], down[number]))

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        for track in self._tracks:
            colour = self.line_colour(track)
            colour.setAlphaF(FAN_FUTURE)
            self._stroke(painter, track.places, to_pixels, colour, FAN_WIDTH)


def _dot_of(track: Track) -> QPointF | None:
    """Return where the dot of ``track`` is; None if it has none, or not at a finite place."""
    if track.upto is None or not 0 <= track.upto < len(track.places):
        return None
    place = track.places[track.upto]
    return QPointF(*place.tolist()) if np.isfinite(place).all() else None
