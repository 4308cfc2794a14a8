"""Where the reverse starts: from noise, from noised examples, or from one state again and again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from core.values.runs import Branch
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.window.actions import Actions

ALREADY_SHOWN = "this is already shown"
NOTHING_OPEN = "open a checkpoint first"


def connect_starts(starts: Starts, actions: Actions) -> None:
    """Connect the commands of the starts of the reverse."""
    for name, slot in (("denoise", starts.denoise), ("from_noise", starts.from_noise), ("branch", starts.branch)):
        actions.on(name, slot)


class Starts(QObject):
    """Changes the start of the reverse, and offers the starts that differ from the current one."""

    def __init__(
        self,
        session: Session,
        player: Player,
        actions: Actions,
        chosen: Callable[[], tuple[str, int]],
        branched: Callable[[int], None],
        parent: QObject,
    ) -> None:
        """Follow ``session`` and ``player``.

        ``chosen()`` returns side and index of the state to branch from; ``branched(t)`` is called after it has, at t.
        """
        super().__init__(parent)
        self._session = session
        self._player = player
        self._actions = actions
        self._chosen = chosen
        self._branched = branched
        for signal in (session.spec_changed, session.opened_changed, session.frames_added, session.run_ended):
            signal.connect(self.allow)
        player.frame_changed.connect(self.allow)
        self.allow()

    def denoise(self) -> None:
        """Start from the examples, noised to the current step."""
        self._session.edit(denoise_from=self._player.t)

    def from_noise(self) -> None:
        """Start from noise."""
        self._session.edit(denoise_from=None)

    def branch(self) -> None:
        """Draw many futures of the chosen state at the current step, of either side."""
        side, index = self._chosen()
        branch = Branch(self._player.t, index)
        if side == FORWARD:
            self._session.edit(denoise_from=branch.t, branches=(branch,))
        else:
            self._session.edit(branches=(*self._session.spec.branches, branch))
        self._branched(branch.t)

    def allow(self) -> None:
        """Offer the starts of the reverse that differ from the current one."""
        spec, t = self._session.spec, self._player.t
        for name, reason in (
            ("denoise", self._reason_against_denoising(t)),
            ("branch", self._reason_against_branching(t)),
            ("from_noise", "" if spec.denoise_from is not None or spec.branches else ALREADY_SHOWN),
        ):
            if self._session.opened is None:
                reason = NOTHING_OPEN
            self._actions.allow(name, not reason, reason)

    def _reason_against_denoising(self, t: int) -> str:
        spec = self._session.spec
        if t == 0:
            return "there is no noise at t = 0; go to a later step"
        return ALREADY_SHOWN if t == spec.denoise_from and not spec.branches else ""

    def _reason_against_branching(self, t: int) -> str:
        """Return why futures of the current state cannot be drawn, empty if they can."""
        (side, index), recording, spec = self._chosen(), self._session.recording(REVERSE), self._session.spec
        if t == 0:
            return "no reverse step is left at t = 0; go to a later step"
        if side == FORWARD:
            shown = spec.denoise_from == t and spec.branches == (Branch(t, index),)
            return ALREADY_SHOWN if shown else ""
        if spec.branches and t >= recording.top:
            return ALREADY_SHOWN
        if t > recording.top:
            return f"the reverse starts at t = {recording.top}"
        if recording.has_preview:
            later = "wait until its chain is there" if self._session.running else "run again for its chain"
            return f"a preview is shown; {later}"
        if recording.frame(t) is None:
            return (
                f"the reverse has not reached t = {t} yet"
                if self._session.running
                else f"t = {t} is missing; run again"
            )
        return ""
