"""The ledger of K as a waterfall: each term with its number and its bar, and bands of KL terms that open to steps."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from core.values.ledger import DEFAULT_BANDS, LedgerTerm, ledger_of
from core.values.measurements import Bound
from dpm_gui.desktop.numbers import fixed
from dpm_gui.desktop.theme import LIGHT, Palette

NAME, NUMBER, BAR = 0, 1, 2
SPAN = Qt.ItemDataRole.UserRole
"""Role of a `Span`: what the bar of a row shows."""
STEP = Qt.ItemDataRole.UserRole + 1
"""Role of the first step of a row of KL terms."""
BAR_HEIGHT = 0.55


@dataclass(frozen=True, slots=True)
class Span:
    """The bar of one row: from the sum before the term to that after it, in a colour of `Palette`."""

    begin: float
    end: float
    colour: str


class LedgerView(QTreeWidget):
    """K term by term; a click on a band opens its steps, one on a step goes there, Ctrl+C copies the chosen rows."""

    step_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(3)
        self.setHeaderLabels(["Term", "bits", ""])
        self.setAccessibleName("Ledger of K")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setUniformRowHeights(True)
        header = self.header()
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NUMBER, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self._bars = _Bars(self)
        self.setItemDelegateForColumn(BAR, self._bars)
        self.itemClicked.connect(self._choose)
        self.itemActivated.connect(self._choose)

    def set_palette(self, palette: Palette) -> None:
        """Draw the bars in the colours of ``palette``."""
        self._bars.palette_in_use = palette
        self.viewport().update()

    def show_ledger(self, bound: Bound | None, limit: Bound | None) -> None:
        """Show the terms of ``bound``, and what K is compared with; which bands are open is kept."""
        opened = {row.text(NAME) for row in self._rows() if row.isExpanded()}
        self.clear()
        if bound is None:
            return
        self.headerItem().setText(NUMBER, f"bits per {bound.unit}")
        terms = ledger_of(bound, DEFAULT_BANDS)
        singles = {term.first: term for term in ledger_of(bound, max(1, bound.steps - 1)) if term.first is not None}
        before = 0.0
        for term in terms:
            row = self._row(self.invisibleRootItem(), term, before)
            before = term.total
            if term.first is not None and term.last is not None and term.last > term.first:
                for t in range(term.first, term.last + 1):
                    single = singles[t]
                    self._row(row, single, single.total - single.value)
            row.setExpanded(term.name in opened)
        self._total("K", bound.k, bound.standard_error, "reverse")
        self._total("Null model", bound.null, None, "ink")
        self._total("Gain over null", bound.gain, bound.standard_error, "reverse")
        if limit is not None:
            self._total("Limit of K", limit.k, limit.standard_error, "known")
        if bound.truth is not None:
            self._total("True value", bound.truth, bound.truth_standard_error, "known")
        spans = [row.data(BAR, SPAN) for row in self._rows()]
        edges = [edge for span in spans if span is not None for edge in (span.begin, span.end)]
        self._bars.low, self._bars.high = min(0.0, *edges), max(0.0, *edges)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.copied())
            event.accept()
            return
        super().keyPressEvent(event)

    def copied(self) -> str:
        """Return the chosen rows, or all, as a table with tabs."""
        rows = self.selectedItems() or self._rows()
        return "\n".join(f"{row.text(NAME)}\t{row.data(NUMBER, SPAN)}" for row in rows)

    def _rows(self) -> list[QTreeWidgetItem]:
        """Return the rows that are not within a band."""
        root = self.invisibleRootItem()
        return [row for row in map(root.child, range(root.childCount())) if row is not None]

    def _row(self, parent: QTreeWidgetItem, term: LedgerTerm, before: float) -> QTreeWidgetItem:
        row = QTreeWidgetItem(parent)
        row.setText(NAME, term.name)
        row.setData(NUMBER, SPAN, repr(term.value))
        row.setText(NUMBER, _number(term.value, term.standard_error))
        row.setTextAlignment(NUMBER, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.setData(BAR, SPAN, Span(before, term.total, "reverse" if term.first is not None else "forward"))
        row.setData(NAME, STEP, term.first)
        row.setToolTip(NAME, f"{term.name}: {fixed(term.value, 6)}; the sum so far is {fixed(term.total, 6)}")
        return row

    def _total(self, name: str, value: float, error: float | None, colour: str) -> None:
        row = QTreeWidgetItem(self.invisibleRootItem())
        row.setText(NAME, name)
        font = row.font(NAME)
        font.setBold(True)
        row.setFont(NAME, font)
        row.setData(NUMBER, SPAN, repr(value))
        row.setText(NUMBER, _number(value, error))
        row.setTextAlignment(NUMBER, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.setData(BAR, SPAN, Span(0.0, value, colour))

    def _choose(self, row: QTreeWidgetItem, _: int = 0) -> None:
        step = row.data(NAME, STEP)
        if step is not None:
            self.step_chosen.emit(step)
        if row.childCount():
            row.setExpanded(not row.isExpanded())


class _Bars(QStyledItemDelegate):
    """Draws the bar of each row between common ends, and a line at 0."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.low, self.high = 0.0, 1.0
        self.palette_in_use = LIGHT

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        span = index.data(SPAN)
        if span is None:
            return
        room = QRectF(option.rect).adjusted(6.0, 0.0, -6.0, 0.0)
        width = (self.high - self.low) or 1.0
        begin, end, zero = (room.left() + (x - self.low) / width * room.width() for x in (span.begin, span.end, 0.0))
        height = BAR_HEIGHT * room.height()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.palette_in_use.hairline), 1.0))
        painter.drawLine(QPointF(zero, room.top()), QPointF(zero, room.bottom()))
        bar = QRectF(min(begin, end), room.center().y() - height / 2, max(1.5, abs(end - begin)), height)
        painter.fillRect(bar, QColor(getattr(self.palette_in_use, span.colour)))
        painter.restore()


def _number(value: float, error: float | None) -> str:
    return fixed(value, 4) if error is None else f"{fixed(value, 4)} ± {error:.4f}"
