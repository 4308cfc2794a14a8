"""Points under a potential, as the window samples them: their lineage and their colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.values.potentials import HalfPlane, Posterior
from core.values.runs import PosteriorFrame, RunSpec
from dpm_gui.engine.opening import Opened, open_checkpoint
from dpm_gui.engine.painting import particle_colours, sample_posterior
from dpm_gui.engine.state_kinds import colours_along
from dpm_gui.engine.values import ParticleColours
from tests.support.columns import save_points


def test_a_particle_has_the_colour_of_a_descendant_and_none_without_one() -> None:
    along = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    colours = particle_colours(along, {0: None, 1: np.array([3, 3, 0, 1]), 2: np.array([2, 2, 1, 1]), 3: None})
    assert np.array_equal(colours[1], along)
    np.testing.assert_array_equal(colours[2], np.array([0.3, 0.4, np.nan, 0.2], np.float32))
    assert np.isnan(colours[3][[0, 3]]).all()
    assert np.isin(colours[3][[1, 2]], along).all()
    assert list(colours) == [0, 1, 2, 3]


@pytest.mark.parametrize("weighted", [True, False])
def test_points_keep_the_colour_of_their_place_at_the_end(weighted: bool, tmp_path: Path, trusted: None) -> None:
    *_, opened = open_checkpoint(save_points(tmp_path, 2))
    assert isinstance(opened, Opened)
    posterior = Posterior(HalfPlane(np.array([1.0, 0.5]), 0.4), "twisted" if weighted else "constant", weighted)
    *frames, colours = sample_posterior(opened, RunSpec(200, 3, 1, posterior))
    assert isinstance(colours, ParticleColours)
    by_step = {frame.t: frame for frame in frames if isinstance(frame, PosteriorFrame)}
    assert by_step.keys() == colours.along.keys()
    last = by_step[0]
    assert np.array_equal(colours.along[0], colours_along(opened.checkpoint, last.x))
    rows, t = np.arange(200), 0
    while t < max(by_step):  # each point at t = 0, back to where it came from
        ancestors = by_step[t].ancestors
        rows, t = rows if ancestors is None else ancestors[rows], t + 1
        assert not np.isnan(colours.along[t][rows]).any()
    if not weighted:
        assert all(np.array_equal(each, colours.along[0]) for each in colours.along.values())
