"""Both canvases as a pair: what is done to one is done to the other, where that makes sense."""

from __future__ import annotations

from dpm_gui.views.canvases.canvas import Canvas


class LinkedCanvases:
    """Links two canvases, or keeps them apart."""

    def __init__(self, ours: Canvas, other: Canvas) -> None:
        """Link ``ours`` and ``other``."""
        self._ours = ours
        self._other = other
        self._apart = False
        ours.link_to(other)

    def show_futures(self, futures: bool) -> None:
        """Know whether ours are many futures: none of those belongs beside a picture of the other."""
        if futures and self._ours.enlarged_image >= 0:
            self._ours.fit()  # they are to be seen at once
        apart = futures and self._ours.links_trajectories
        if apart == self._apart:
            return
        self._apart = apart
        if apart:
            self._ours.unlink_from(self._other)
        else:
            self._other.fit()
            self._ours.link_to(self._other)
        self._ours.fit()
