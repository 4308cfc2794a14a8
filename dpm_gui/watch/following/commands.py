"""What is followed, by keyboard and menu: the next path, one more, the points nearby, nothing."""

from __future__ import annotations

from PySide6.QtCore import QObject

from dpm_gui.engine.values import REVERSE
from dpm_gui.session.session import Session
from dpm_gui.views.canvases.pointed import PointedCanvas
from dpm_gui.watch.canvas_pair import CanvasPair
from dpm_gui.window.actions import Actions

NOTHING_OPEN = "open a checkpoint first"
NO_PATHS = "images have no paths; click one to enlarge it"
ONE_PATH = "there is room for the path of one sequence"
NO_POINTS = "the samples are no points"
NONE_CHOSEN = "show the path of a point first (T, or a click on it)"
NOTHING_FOLLOWED = "nothing is followed"


class FollowCommands(QObject):
    """Carries out the commands, and says of each that cannot be carried out why."""

    def __init__(self, session: Session, canvases: CanvasPair, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._canvases, self._actions = session, canvases, actions
        for name, slot in (
            ("next_path", self.show_next),
            ("add_path", self.add_next),
            ("follow_near", self.follow_near),
            ("follow_none", canvases.followed.clear),
        ):
            actions.on(name, slot)
        for signal in (canvases.choice_changed, session.opened_changed, session.recording_replaced):
            signal.connect(self.allow)
        self.allow()

    def show_next(self) -> None:
        """Show the path of the sample after the one that was chosen last, instead of all others."""
        self._canvases.choose(*self._next())

    def add_next(self) -> None:
        """Show the path of the sample after the one that was chosen last, too."""
        self._canvases.followed.add(*self._next())

    def follow_near(self) -> None:
        """Highlight the points that lie near the chosen one now."""
        chosen = self._canvases.chosen
        if chosen is None:
            return
        side, index = chosen
        view = self._canvases.views[side]
        if isinstance(view, PointedCanvas):
            self._canvases.followed.highlight(side, view.near(index), add=False)

    def allow(self) -> None:
        """Offer the commands that can be carried out."""
        view, chosen = self._canvases.views.get(REVERSE), self._canvases.chosen
        kind = self._session.state_kind
        no_path = NO_PATHS if kind.is_image else ""
        reasons = {
            "next_path": no_path,
            "add_path": no_path or ("" if view is not None and view.several_paths else ONE_PATH),
            "follow_near": NO_POINTS if not kind.is_points else "" if chosen is not None else NONE_CHOSEN,
            "follow_none": "" if self._canvases.followed.any else NOTHING_FOLLOWED,
        }
        for name, reason in reasons.items():
            reason = NOTHING_OPEN if self._session.opened is None else reason
            self._actions.allow(name, not reason, reason)

    def _next(self) -> tuple[str, int]:
        """Return side and number of the first sample, after the last chosen one, whose path is not shown."""
        side, index = self._canvases.chosen or (REVERSE, -1)
        count = self._session.recording(side).count or 1
        shown = {path.index for path in self._canvases.followed.paths if path.side == side}
        following = ((index + step) % count for step in range(1, count + 1))
        return side, next((each for each in following if each not in shown), (index + 1) % count)
