"""The canvas in the plane: a made-up frame in, what its items hold out; mouse and menu as a person uses them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from core.values.checkpoints import DataInfo
from core.values.runs import DriftFrame, Frame
from dpm_gui.desktop.theme import DARK, LIGHT
from dpm_gui.views.canvases.point_clouds import along_colours
from dpm_gui.views.canvases.points import HALF_RANGE, PointsView
from dpm_gui.views.items.drift import LONGEST_ARROW
from dpm_gui.views.widgets.popover import Popover
from tests.support.pixels import rgb
from tests.support.places import to_viewport

PLACES = np.array([[0.0, 0.0], [1.0, 1.0], [-1.5, 0.5], [2.0, -2.0]], np.float32)
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


@pytest.fixture
def view(qtbot):
    made = PointsView("forward", "Forward: q destroys")
    qtbot.addWidget(made)
    made.resize(420, 460)
    made.show()
    made.show_frame(Frame(3, PLACES))
    return made


def place_of(view: PointsView, x: float, y: float) -> QPoint:
    return to_viewport(view, QPointF(x, y)).toPoint()


def wheel(view: PointsView, place: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(place),
        QPointF(view.viewport().mapToGlobal(place)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


def drag(view: PointsView, button: Qt.MouseButton, start: QPoint, stop: QPoint) -> None:
    QTest.mousePress(view.viewport(), button, pos=start)
    QTest.mouseMove(view.viewport(), (start + stop) / 2)
    QTest.mouseMove(view.viewport(), stop)
    QTest.mouseRelease(view.viewport(), button, pos=stop)


def colours_of(view: PointsView) -> np.ndarray:
    """Return the colours in the picture of ``view`` as RGB, ``[K, 3]``."""
    image = view.grab().toImage().convertToFormat(view.grab().toImage().Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)[:, 2::-1]
    return np.unique(pixels, axis=0)


def shows(view: PointsView, colour: str) -> bool:
    return (colours_of(view) == rgb(colour)).all(axis=1).any()


# ------------------------------------------------------------------------------------------------ what is on show
def test_a_frame_is_what_the_cloud_holds(view):
    np.testing.assert_array_equal(view._cloud.points, PLACES)


def test_the_range_is_fixed_and_both_axes_have_one_scale(view):
    shown = view.view.viewRect()
    assert min(shown.width(), shown.height()) == pytest.approx(2 * HALF_RANGE)
    width, height = view.view.viewPixelSize()
    assert width == pytest.approx(height)
    view.show_frame(Frame(4, PLACES * 100))
    assert view.view.viewRect() == shown


def test_points_have_the_hue_of_their_side_until_they_are_coloured(view):
    assert (view._cloud.colours == QColor(LIGHT.forward).getRgb()).all()
    view.set_palette(DARK)
    assert (view._cloud.colours == QColor(DARK.forward).getRgb()).all()


def test_points_take_the_colour_of_their_place_along_the_data(view):
    view.set_colours(np.array([0.0, 1.0, 0.5, np.nan], np.float32))
    table = along_colours(LIGHT)
    np.testing.assert_array_equal(view._cloud.colours, table[[0, 255, 128, 0]])
    view.set_palette(DARK)
    np.testing.assert_array_equal(view._cloud.colours, along_colours(DARK)[[0, 255, 128, 0]])
    assert (along_colours(DARK) != table).any()
    view.set_colours(None)
    assert (view._cloud.colours == QColor(DARK.forward).getRgb()).all()


def test_a_new_palette_paints_anew(view):
    assert shows(view, LIGHT.surface)
    view.set_palette(DARK)
    assert shows(view, DARK.surface)
    assert not shows(view, LIGHT.surface)
    assert not shows(view, "#000000")


def test_the_table_has_the_points_on_show(view):
    table = view.table()
    assert table.name == "forward-t3"
    np.testing.assert_array_equal(np.column_stack(list(table.columns.values())), PLACES)
    assert list(table.columns) == ["x1 (model units)", "x2 (model units)"]


def test_a_view_without_a_frame_has_an_empty_table_and_paints(qtbot):
    empty = PointsView("reverse", "Reverse: p restores")
    qtbot.addWidget(empty)
    empty.show()
    empty.grab()
    assert [len(column) for column in empty.table().columns.values()] == [0, 0]
    assert empty.nearest(QPointF(50, 50)) == -1


def test_a_message_lies_over_the_canvas_until_it_is_taken_away(view):
    assert view.message is None
    view.set_message("Sampling …")
    assert view.message == "Sampling …"
    assert view._message.geometry().center().x() == pytest.approx(view.view.sceneBoundingRect().center().x(), abs=2)
    view.set_message(None)
    assert view.message is None


def test_the_note_stands_in_the_header(view):
    view.set_note("t = 17")
    assert view.header.note == "t = 17"


# --------------------------------------------------------------------------------------------------------- layers
def test_points_path_and_prior_are_on_at_the_start(view):
    assert view.layers == ("points", "density", "arrows", "path", "prior")
    assert {name for name in view.layers if view.layer_shown(name)} == {"points", "path", "prior"}


def test_a_layer_that_is_off_is_not_painted(view):
    view.set_layer("prior", False)
    before = len(colours_of(view))
    view.set_layer("points", False)
    assert len(colours_of(view)) < before
    assert not view.layer_shown("points")


def spots(view):
    """Return the number of connected spots of the density, of cells that are not nearly transparent."""
    image, count = view._density.image > 20, 0
    while image.any():
        count += 1
        spot = np.zeros_like(image)
        spot[tuple(np.argwhere(image)[0])] = True
        grown = None
        while grown is None or (grown != spot).any():
            spot = spot if grown is None else grown
            grown = spot.copy()
            grown[1:] |= spot[:-1]
            grown[:-1] |= spot[1:]
            grown[:, 1:] |= spot[:, :-1]
            grown[:, :-1] |= spot[:, 1:]
            grown &= image
        image &= ~spot
    return count


def test_the_density_shows_a_spot_for_each_point_of_the_frame(view):
    view.set_layer("density", True)
    assert spots(view) == len(PLACES)
    view.show_frame(Frame(4, np.zeros((50, 2), np.float32)))
    assert spots(view) == 1


def test_the_density_is_counted_anew_where_the_view_is_moved(view):
    view.set_layer("density", True)
    view.set_region(QRectF(0.5, 0.5, 1.0, 1.0))
    assert spots(view) == 1
    assert view._density.boundingRect().width() > 0


def test_arrows_start_on_the_grid_and_are_lengthened_by_one_round_factor(view):
    places = np.stack(np.meshgrid(np.linspace(-2, 2, 5), np.linspace(-2, 2, 5)), axis=-1).reshape(-1, 2)
    drift = np.full((25, 2), 0.01)
    view.set_layer("arrows", True)
    view.show_drift(DriftFrame(5, places.astype(np.float32), drift.astype(np.float32)))
    tails, tips = view._drift.arrows
    np.testing.assert_allclose(tails, places)
    np.testing.assert_allclose(tips - tails, 50 * drift, rtol=1e-5)
    assert np.hypot(*(tips - tails).T).max() <= LONGEST_ARROW
    assert view._caption.text() == "arrows drawn × 50"
    before = len(colours_of(view))
    view.show_drift(None)
    assert not len(view._drift.arrows[0])
    assert view._caption.isHidden()
    assert len(colours_of(view)) < before


def test_a_drift_of_nothing_draws_no_arrow(view):
    view.set_layer("arrows", True)
    view.show_drift(DriftFrame(1, PLACES, np.zeros_like(PLACES)))
    view.grab()
    assert view._drift.factor == 1.0


def test_a_path_has_its_dot_at_the_present_place(view):
    path = np.array([[0, 0], [1, 0], [1, 1]], np.float32)
    view.show_path(path, 1)
    np.testing.assert_array_equal(view._path.places, path)
    assert view._path.dot == QPointF(1, 0)
    view.show_path(path, 2)
    assert view._path.dot == QPointF(1, 1)
    view.show_path(path, 7)
    assert view._path.dot is None
    view.show_path(None, None)
    assert not len(view._path.places)


# ------------------------------------------------------------------------------------------------------ the mouse
@pytest.mark.parametrize("number", range(len(PLACES)))
def test_a_click_near_a_point_tells_its_number(view, qtbot, number):
    with qtbot.waitSignal(view.point_clicked) as received:
        QTest.mouseClick(view.viewport(), LEFT, pos=place_of(view, *PLACES[number]) + QPoint(5, -4))
    assert received.args == [number]


def test_a_click_on_nothing_tells_minus_one(view, qtbot):
    with qtbot.waitSignal(view.point_clicked) as received:
        QTest.mouseClick(view.viewport(), LEFT, pos=place_of(view, -2, -2))
    assert received.args == [-1]


def test_a_click_on_an_axis_and_a_drag_tell_nothing(view, qtbot):
    with qtbot.assertNotEmitted(view.point_clicked):
        QTest.mouseClick(view.viewport(), LEFT, pos=QPoint(5, 100))
        drag(view, LEFT, place_of(view, 0, 0), place_of(view, 1, 1))
    assert view.region == view.home


def test_the_wheel_zooms_at_the_pointer(view):
    place = place_of(view, 1, 1)
    before = view.view.viewRect().width()
    wheel(view, place, 3)
    assert view.view.viewRect().width() == pytest.approx(before / 1.2**3)
    assert (place_of(view, 1, 1) - place).manhattanLength() <= 1
    wheel(view, place, -3)
    assert view.view.viewRect().width() == pytest.approx(before)


def test_the_wheel_stops_where_nothing_can_be_seen(view):
    for notches in (400, -800):
        wheel(view, place_of(view, 0, 0), notches)
    assert view.region == view.home


@pytest.mark.parametrize("button", [MIDDLE, RIGHT])
def test_a_middle_or_right_drag_moves_the_view_with_the_pointer(view, button):
    start, stop = place_of(view, 0, 0), place_of(view, 0, 0) + QPoint(60, -40)
    drag(view, button, start, stop)
    assert (place_of(view, 0, 0) - stop).manhattanLength() <= 1
    assert QApplication.activePopupWidget() is None
    view.fit()
    assert (place_of(view, 0, 0) - start).manhattanLength() <= 1


def test_linked_views_show_one_region(view, qtbot):
    other = PointsView("reverse", "Reverse: p restores")
    qtbot.addWidget(other)
    other.resize(view.size())
    other.show()
    view.set_region(QRectF(0, 0, 1, 1))
    view.link_to(other)
    assert other.view.viewRect() == view.view.viewRect()
    wheel(other, place_of(other, 0.5, 0.5), 2)
    assert view.region == other.region
    drag(view, MIDDLE, QPoint(200, 200), QPoint(230, 220))
    assert other.view.viewRect() == view.view.viewRect()
    other.fit()
    assert view.region == view.home


# ------------------------------------------------------------------------------------------ menu, help, keyboard
def test_the_menu_asks_for_each_export(view, qtbot):
    for text, kind in [("PNG", "png"), ("SVG", "svg"), ("CSV", "csv"), ("Copy", "copy")]:
        menu = view.context_menu()
        (action,) = [action for action in menu.actions() if text in action.text()]
        with qtbot.waitSignal(view.export_asked) as received:
            action.trigger()
        assert received.args == [kind]
        menu.close()
        menu.deleteLater()


def test_a_right_click_opens_the_menu(view, qtbot):
    # The offscreen platform says that it cannot raise the menu's window; the menu is what is looked at.
    with qtbot.captureExceptions() as errors:
        QTest.mouseClick(view.viewport(), RIGHT, pos=place_of(view, 0, 0))
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert next(action.text() for action in menu.actions() if action.text()) == "Fit"
    menu.close()
    assert not errors


def test_numbers_that_are_not_there_cannot_be_saved_and_the_menu_says_so(qtbot):
    empty = PointsView("reverse", "Reverse: p restores")
    qtbot.addWidget(empty)
    menu = empty.context_menu()
    (action,) = [action for action in menu.actions() if "CSV" in action.text()]
    assert not action.isEnabled()
    assert "no numbers" in action.toolTip()
    menu.deleteLater()


@pytest.mark.parametrize("side", ["forward", "reverse"])
def test_the_question_mark_explains_with_a_formula_and_the_section(qtbot, side):
    view = PointsView(side, "Title")
    qtbot.addWidget(view)
    view.show()
    QTest.mouseClick(view.header.help_button, LEFT)
    popover = view.header.findChild(Popover)
    assert popover is not None
    assert popover.isVisible()
    assert "<i>N</i>" in popover.text
    assert "Sohl-Dickstein et al. 2015, section 2." in popover.text
    QTest.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()


def test_the_keyboard_reaches_the_view_and_a_ring_shows_it(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    view = PointsView("forward", "Forward: q destroys", window)
    window.resize(300, 300)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    assert view.accessibleName() == "Forward: q destroys"
    view.clearFocus()
    assert view.grab().toImage().pixelColor(0, 0) == QColor(LIGHT.surface)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.grab().toImage().pixelColor(0, 0) == QColor(LIGHT.forward)
    view.clearFocus()
    view.setFocus(Qt.FocusReason.MouseFocusReason)
    assert view.grab().toImage().pixelColor(0, 0) == QColor(LIGHT.surface)


def test_the_header_follows_the_size_of_text(view, qtbot):
    before = view.viewportMargins().top()
    font = view.font()
    font.setPointSizeF(18.0)
    view.setFont(font)
    assert view.viewportMargins().top() > before
    assert view.header.geometry().height() == view.viewportMargins().top()


def test_the_pointer_over_a_point_reads_its_values_in_user_s_units(view, monkeypatch):
    data = DataInfo("mine", (2,), (-9.0, 9.0), np.array([10.0, 0.0]), np.array([2.0, 1.0]), np.zeros((3, 2)))
    view.set_data(data)
    view.show_frame(Frame(3, np.array([[0.25, -0.5], [1.0, 1.0]], np.float32)))
    said = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _widget: said.append(text))
    place = place_of(view, 0.25, -0.5)
    for there in (place, place + QPoint(0, 1), QPoint(2, 2)):
        QTest.mouseMove(view.viewport(), there)
        QApplication.processEvents()
    assert said[0] == "point 1: x₁ = 10.5, x₂ = −0.5"
    assert said[-1] in ("", said[0])
    assert view.values_text(7) == ""
