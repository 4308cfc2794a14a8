"""The icons: shipped, tinted, and sharp at every scale."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage
from pytestqt.qtbot import QtBot

from core.runtime.assets import asset
from dpm_gui.desktop.icons import DISABLED_OPACITY, IconSet

INK = "#1D2024"


def drawn(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal, side: int = 20, ratio: float = 1.0) -> QImage:
    return icon.pixmap(QSize(side, side), ratio, mode).toImage().convertToFormat(QImage.Format.Format_ARGB32)


def strongest(image: QImage) -> int:
    """Return the largest opacity in the picture, 0 … 255."""
    return max(image.pixelColor(x, y).alpha() for x in range(image.width()) for y in range(image.height()))


def test_every_shipped_icon_draws_something(qtbot: QtBot) -> None:
    icons = IconSet()
    names = [path.stem for path in asset("icons").glob("*.svg")]
    empty = [name for name in names if strongest(drawn(icons.icon(name, INK))) < 128]
    assert names
    assert not empty


def test_every_shipped_icon_has_the_weight_that_the_tint_makes_lighter() -> None:
    odd = [path.name for path in asset("icons").glob("*.svg") if 'stroke-width="2"' not in path.read_text("utf-8")]
    assert not odd


@pytest.mark.parametrize(("name", "lucide"), [("dice", "dices"), ("stop", "circle-stop"), ("alert", "triangle-alert")])
def test_a_name_of_ours_is_an_icon_of_the_set(qtbot: QtBot, name: str, lucide: str) -> None:
    icons = IconSet()
    assert drawn(icons.icon(name, INK)) == drawn(icons.icon(lucide, INK))


def test_an_icon_has_the_colour_that_was_asked_for(qtbot: QtBot) -> None:
    image = drawn(IconSet().icon("square", "#0072B2"))
    colours = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert colours == {"#0072b2"}


def test_a_disabled_icon_is_fainter(qtbot: QtBot) -> None:
    icon = IconSet().icon("square", INK)
    assert strongest(drawn(icon)) == 255
    assert strongest(drawn(icon, QIcon.Mode.Disabled)) == pytest.approx(255 * DISABLED_OPACITY, abs=3)


@pytest.mark.parametrize("side", [16, 20, 24])
def test_where_a_screen_has_scale_two_an_icon_is_drawn_with_twice_the_pixels(
    qtbot: QtBot, side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    screens = [SimpleNamespace(devicePixelRatio=lambda: 1.0), SimpleNamespace(devicePixelRatio=lambda: 2.0)]
    monkeypatch.setattr("dpm_gui.desktop.icons.QGuiApplication", SimpleNamespace(screens=lambda: screens))
    pixmap = IconSet().icon("play", INK).pixmap(QSize(side, side), 2.0)
    assert pixmap.width() == 2 * side
    assert pixmap.devicePixelRatio() == 2.0


def test_an_icon_is_drawn_once_for_each_colour(qtbot: QtBot) -> None:
    icons = IconSet()
    first, again, other = icons.icon("play", INK), icons.icon("play", INK), icons.icon("play", "#E7E8EA")
    assert first.cacheKey() == again.cacheKey()
    assert first.cacheKey() != other.cacheKey()


def test_an_icon_is_rendered_once_for_all_its_colours(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    icons = IconSet()
    icons.icon("play", INK)
    monkeypatch.setattr("dpm_gui.desktop.icons.QSvgRenderer", None)
    assert strongest(drawn(icons.icon("play", "#E7E8EA"))) == 255


def test_a_name_that_is_not_shipped_is_refused_by_name(qtbot: QtBot) -> None:
    with pytest.raises(FileNotFoundError, match=r"icons/no-such-icon\.svg"):
        IconSet().icon("no-such-icon", INK)


def test_the_licence_of_the_icons_ships_with_them() -> None:
    assert "ISC License" in asset("icons/LICENSE").read_text(encoding="utf-8")
