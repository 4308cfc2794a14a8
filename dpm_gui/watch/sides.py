"""Choose the frame, the mode and the note of each side."""

from __future__ import annotations

import math
from collections.abc import Mapping

from core.values.runs import Frame
from dpm_gui.engine.runs import MEAN, X0_ESTIMATE
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.engine.values import FORWARD, REVERSE, SIDE_TITLES
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import ShownFrame
from dpm_gui.views.canvases.canvas import Canvas

STATE, DIFFERENCE = "state", "difference"


class Sides:
    """Feeds the canvases of both sides from the session's recordings and from the network's predictions."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.mode = STATE
        """What is drawn of a step (a name in `IMAGE_MODES`); a canvas without this mode draws the state."""

    @property
    def together(self) -> bool:
        """Whether both sides must be drawn together: their predictions are computed together, or colours are shared."""
        return self.mode in (X0_ESTIMATE, MEAN, DIFFERENCE)

    def show(self, views: Mapping[str, Canvas], t: int, position: float | None) -> None:
        """Show step ``t`` on the canvases ``views``, or the frame interpolated at ``position`` if there is one."""
        shown = {}
        for side, view in views.items():
            between = position is not None and view.interpolates
            found = self._found(side, t, position if between else None)
            if found is not None:
                shown[side] = found
        mode = self.mode if all(self.mode in view.modes for view in views.values()) else STATE
        if mode in (X0_ESTIMATE, MEAN):
            self._show_predictions(views, shown, t, mode)
        elif mode == DIFFERENCE:
            self._show_differences(views, shown, t)
        else:
            for side, each in shown.items():
                views[side].show_frame(each.frame)
                views[side].set_note(*self._notes(side, each, t))

    def _found(self, side: str, t: int, position: float | None) -> ShownFrame | None:
        recording = self._session.recording(side)
        if position is not None:
            between = recording.at(position)
            if between is not None:
                return ShownFrame(between)
        found = recording.shown(t)
        if found is None and recording.newest is not None:
            return ShownFrame(recording.newest)
        return found

    def _show_predictions(
        self, views: Mapping[str, Canvas], shown: Mapping[str, ShownFrame], t: int, mode: str
    ) -> None:
        """Show the network's predictions for the frames; until they are computed, the previous ones stay."""
        shown = {side: each.of_one_step for side, each in shown.items()}
        known = self._session.predict(mode, shown)
        for side, each in shown.items():
            if side in known:
                views[side].show_mode(mode, known[side].frame)
                views[side].set_note(*self._notes(side, each, t))
                continue
            newest = self._session.predictions.newest(side, mode)
            if newest is not None:  # while playing, each prediction arrives after its step has passed
                views[side].show_mode(mode, newest)
            of_step = "" if newest is None else f"t = {newest.t} · "
            views[side].set_note(f"{of_step}computing at t = {each.frame.t}…", f"{of_step}computing…")

    def _show_differences(self, views: Mapping[str, Canvas], shown: Mapping[str, ShownFrame], t: int) -> None:
        """Show what each side's step changes, both in the same colours."""
        found = {side: self._session.recording(side).neighbours(each.frame.t) for side, each in shown.items()}
        pairs = {side: pair for side, pair in found.items() if pair is not None}
        if len(pairs) == len(SIDE_TITLES):
            pairs[FORWARD] = self._same_steps(pairs[REVERSE], t) or pairs[FORWARD]
        change = max((self._expected_change(*pair) for pair in pairs.values()), default=1.0)
        for side, each in shown.items():
            if side not in pairs:
                views[side].set_note(f"waiting for the step after t = {each.frame.t}…")
                continue
            views[side].show_mode(DIFFERENCE, *pairs[side], change)
            views[side].set_note(*self._notes(side, each, t))

    def _same_steps(self, pair: tuple[Frame, Frame], t: int) -> tuple[Frame, Frame] | None:
        """Return the forward frames of the steps of ``pair``, of a preview of the reverse around ``t``, if recorded."""
        later, earlier = pair
        recording = self._session.recording(FORWARD)
        frames = recording.frame(later.t), recording.frame(earlier.t)
        around = earlier.t <= t <= later.t
        return (frames[0], frames[1]) if around and frames[0] is not None and frames[1] is not None else None

    def _expected_change(self, later: Frame, earlier: Frame) -> float:
        """Return the root mean square of the change between two steps, model units, by the forward process.

        It depends on the steps alone, so that the colours keep their meaning: they do not follow the noise from frame
        to frame, nor from run to run. ``sqrt(2 - 2 sqrt(alpha_bar_t / alpha_bar_s))`` is that of data of unit variance.
        """
        opened = self._session.opened
        if opened is None or opened.checkpoint.kind != "gaussian":
            return 1.0  # a bit changes by 1
        signal = opened.alpha_bars
        kept = math.sqrt(signal[later.t] / signal[earlier.t])
        return math.sqrt(max(2.0 - 2.0 * kept, 0.0))

    def _notes(self, side: str, shown: ShownFrame, t: int) -> tuple[str, ...]:
        """Describe what is shown, in ever fewer words."""
        data = self._session.data_reader.note if side == FORWARD else ""
        return tuple(" · ".join((note, *([data] if data else []))) for note in self._notes_of_frame(side, shown, t))

    def _notes_of_frame(self, side: str, shown: ShownFrame, t: int) -> tuple[str, ...]:
        recording, reached = self._session.recording(side), f"t = {shown.frame.t}"
        starts = self._starts() if side == REVERSE else ()
        if shown.preview and recording.preview is not None:
            move_count, steps = recording.preview.move_count, recording.top
            there, wanted = len(shown.frame.x), recording.count or 0
            name, brief = ("shipped recording", "shipped") if recording.preview.shipped else ("preview", "preview")
            if starts:
                return tuple(f"{reached} · {start}, {name}" for start in starts)
            if there < wanted:
                part = f"{reached} · {name} of {there} of {wanted}"
                return f"{part} in {move_count} steps", part, f"{reached} · {name}", f"{reached} · {brief}"
            whole = f"{reached} · {name} in {move_count} of {steps} steps"
            return whole, f"{reached} · {name}", f"{reached} · {brief}"
        if shown.frame.t != min(t, recording.top) and not recording.complete:
            return (f"{'computing' if self._session.running else 'stopped'}, {reached}",)
        missing = self._missing_states(side, shown)
        descriptions = [[f"{starts[0]} from t = {recording.top}"], *([start] for start in starts)] if starts else [[]]
        return tuple(" · ".join((reached, *description, *missing)) for description in descriptions)

    def _missing_states(self, side: str, shown: ShownFrame) -> list[str]:
        """Describe the last states, if they are missing or belong to a preview."""
        recording, kind = self._session.recording(side), self._session.state_kind
        if recording.complete or recording.count is None or len(recording.parts) < 2:
            return []
        if shown.exact_count is not None and recording.preview is not None:
            number = shown.exact_count + 1
            return [f"preview from {kind.singular} {number} on"]
        there = len(shown.frame.x)
        return [f"{there} of {recording.count} {kind.name}"] if there < recording.count else []

    def _starts(self) -> tuple[str, ...]:
        """Return descriptions of the start of the reverse, in ever fewer words; none if it starts from noise."""
        spec, opened = self._session.spec, self._session.opened
        start = "" if spec.denoise_from is None else "denoised"
        if opened is None or not spec.branches:
            return (start,) if start else ()
        branch = spec.branches[-1]
        count, place = f"{branch.count} futures", branch.index + 1
        if len(spec.branches) > 1:
            return f"{count} of future {place}", count
        singular = state_kind_of(opened.checkpoint).singular
        whole = f"{count} of {start} {singular} {place}" if start else f"{count} of {singular} {place}"
        return whole, f"{count} of {singular} {place}", count
