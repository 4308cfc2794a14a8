"""The plots of a report, as SVG that stands within an HTML page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from core.processes.base import Process
from core.values.ledger import entropy_gaps, ledger_of
from core.values.measurements import Bound
from core.values.work import Crooks, Measured, Work

FORWARD, REVERSE, KNOWN, INK, MUTED = "#0072B2", "#D55E00", "#009E73", "#1D2024", "#666C75"
"""The colours of the window: both processes, what is known, text."""
SIZE = 6.4, 3.4
"""Width and height of a plot, inches."""
BINS = 40
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "dpm",  # equal numbers give equal files
    "font.family": ["sans-serif"],
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "axes.unicode_minus": True,
}


class Plot(NamedTuple):
    """One plot of a report.

    Attributes:
        title: Its title.
        words: What it shows, in a sentence or two.
        formula: The formula, as plain text.
        section: The section of the paper.
        svg: The drawing, an ``svg`` element.
    """

    title: str
    words: str
    formula: str
    section: str
    svg: str


def plots_of(measured: Measured, process: Process) -> Iterator[Plot]:
    """Yield the plots of all that was ``measured`` of a model with ``process``."""
    bound = measured.bound
    unit = f"bits per {bound.unit}"
    yield Plot(
        "Entropy of each reverse step",
        "The true entropy of a reverse step lies within the band; that of the model's kernels should. The lower bound "
        "at t = 1 may be minus infinity, and is left out there.",
        "H(Xᵗ | Xᵗ⁻¹) + H(Xᵗ⁻¹ | X⁰) − H(Xᵗ | X⁰) ≤ H(Xᵗ⁻¹ | Xᵗ) ≤ H(Xᵗ | Xᵗ⁻¹)",
        "section 2.6, appendix A",
        _drawn(lambda axes: _entropies(axes, measured), "step t", unit),
    )
    yield Plot(
        "Entropy below the upper bound",
        "The same, as differences from the upper bound, so that the band and the lines within it can be told apart.",
        "H − H(Xᵗ | Xᵗ⁻¹)",
        "section 2.6, appendix A",
        _drawn(lambda axes: _entropies(axes, measured, below=True), "step t", unit),
    )
    if len(bound.kl):
        yield Plot(
            "KL of each step",
            "What each reverse step takes from K. The shading is one standard error.",
            "E KL(q(xᵗ⁻¹ | xᵗ, x⁰) ‖ p(xᵗ⁻¹ | xᵗ))",
            "section 2.4, appendix B",
            _drawn(lambda axes: _divergences(axes, measured), "step t", unit),
        )
        yield Plot(
            "Running sum of the gaps",
            "The gaps between both entropy bounds add up to the same value, whatever the rates are.",
            "Σ (upper − lower) = H(Xᵀ | X⁰) − H(X¹ | X⁰)",
            "section 2.6",
            _drawn(lambda axes: _gaps(axes, bound), "step t", unit),
        )
    yield Plot(
        "Rates, signal and noise",
        "The rate of each step, and what is left of the data and has been added as noise after it.",
        "ᾱ = (1 − β₁) … (1 − βₜ)",
        "section 2.1, section 2.4.1",
        _drawn(lambda axes: _rates(axes, process), "step t", "share"),
    )
    yield Plot(
        "The ledger of K",
        "The terms of K, each beginning where the one before it ended.",
        "K = H(Xᵀ | X⁰) − H(X¹ | X⁰) − H(Xᵀ) − Σ KL",
        "section 2.4, appendix B",
        _drawn(lambda axes: _waterfall(axes, bound), unit, ""),
    )
    if measured.work is not None:
        yield _work_plot(measured.work)
        yield _tightening_plot(measured.work)
    if measured.crooks is not None:
        yield _crooks_plot(measured.crooks)


def _drawn(draw: Callable[[Axes], None], x_label: str, y_label: str) -> str:
    """Return the ``svg`` element of one pair of axes that ``draw`` fills."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if axes.get_legend_handles_labels()[0]:
            axes.legend()
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    text = written.getvalue()
    return text[text.index("<svg") :]


def _entropies(axes: Axes, measured: Measured, *, below: bool = False) -> None:
    bound = measured.bound
    steps, base = np.arange(1, bound.steps + 1), bound.entropy_upper if below else 0.0
    lower = np.where(np.isfinite(bound.entropy_lower), bound.entropy_lower, np.nan) - base
    upper = bound.entropy_upper - base
    axes.fill_between(steps, lower, upper, color=FORWARD, alpha=0.14, linewidth=0)
    axes.plot(steps, upper, color=FORWARD, label="upper bound")
    axes.plot(steps, lower, color=FORWARD, linestyle="--", label="lower bound")
    if bound.model_entropy is not None:
        axes.plot(steps, bound.model_entropy - base, color=REVERSE, label="the model's own")
    if measured.true_entropies is not None:
        true = np.where(np.isfinite(measured.true_entropies), measured.true_entropies, np.nan)
        axes.plot(steps, true - base, color=KNOWN, label="true")


def _divergences(axes: Axes, measured: Measured) -> None:
    found = [(measured.bound, REVERSE, "the model"), (measured.limit, KNOWN, "limit of the family")]
    for bound, colour, name in found:
        if bound is None:
            continue
        steps = np.arange(2, bound.steps + 1)
        axes.plot(steps, bound.kl, color=colour, label=name)
        if bound.kl_standard_error is not None:
            low, high = bound.kl - bound.kl_standard_error, bound.kl + bound.kl_standard_error
            axes.fill_between(steps, low, high, color=colour, alpha=0.25, linewidth=0)


def _gaps(axes: Axes, bound: Bound) -> None:
    axes.plot(np.arange(2, bound.steps + 1), entropy_gaps(bound), color=FORWARD, label="sum of the gaps")
    axes.axhline(bound.h_end - bound.h_edge, color=KNOWN, linestyle="--", label="H(Xᵀ | X⁰) − H(X¹ | X⁰)")


def _rates(axes: Axes, process: Process) -> None:
    alpha_bars, steps = process.alpha_bars.numpy(), np.arange(process.steps + 1)
    axes.plot(steps[1:], process.betas.numpy(), color=INK, label="rate β")
    axes.plot(steps, np.sqrt(alpha_bars), color=FORWARD, label="signal √ᾱ")
    axes.plot(steps, np.sqrt(1.0 - alpha_bars), color=REVERSE, label="noise √(1 − ᾱ)")


def _waterfall(axes: Axes, bound: Bound) -> None:
    terms = ledger_of(bound)
    names = [*(term.name for term in terms), "K", "null model"]
    starts = [*(term.total - term.value for term in terms), 0.0, 0.0]
    widths = [*(term.value for term in terms), bound.k, bound.null]
    colours = [*(FORWARD if term.first is None else REVERSE for term in terms), INK, MUTED]
    axes.barh(names, widths, left=starts, color=colours, height=0.6)
    axes.axvline(0.0, color=MUTED, linewidth=0.8)
    axes.invert_yaxis()


def _work_plot(work: Work) -> Plot:
    bound, estimate = work.mean_bound, work.mean_likelihood

    def draw(axes: Axes) -> None:
        axes.hist(work.work.ravel(), bins=BINS, color=FORWARD, alpha=0.4)
        axes.axvline(-bound.value, color=REVERSE, linestyle="--", label="mean: minus the bound")
        axes.axvline(-estimate.value, color=KNOWN, linestyle="--", label="Jarzynski's estimate, minus log₂ p(x⁰)")

    return Plot(
        "Work of forward paths",
        f"What the model pays for each of {work.work.size} paths, {work.work.shape[1]} from each of "
        f"{work.work.shape[0]} points.",
        "W = −log₂ [π(xᵀ) Π p(xᵗ⁻¹ | xᵗ) / q(xᵗ | xᵗ⁻¹)]",
        "section 2.3",
        _drawn(draw, "work W, bits per sample", "paths"),
    )


def _tightening_plot(work: Work) -> Plot:
    estimates = work.mean_tightening

    def draw(axes: Axes) -> None:
        values, errors = (np.array([getattr(each, name) for each in estimates]) for name in ("value", "standard_error"))
        axes.errorbar(work.group_sizes, values, yerr=np.nan_to_num(errors), color=REVERSE, marker="o", capsize=2)
        axes.set_xscale("log", base=2)

    return Plot(
        "Jarzynski's estimate as paths are added",
        "The logarithm of the mean weight of n paths: on average a bound that rises with n. The bars are one standard "
        "error over the points.",
        "log₂ p(x⁰) = log₂ E 2⁻ᵂ",
        "section 2.3",
        _drawn(draw, "paths n from each point", "bits per sample"),
    )


def _crooks_plot(crooks: Crooks) -> Plot:
    def draw(axes: Axes) -> None:
        axes.stairs(crooks.forward_counts, crooks.edges, color=FORWARD, label="forward paths")
        axes.stairs(crooks.reverse_counts, crooks.edges, color=REVERSE, label="reverse paths")
        predicted = len(crooks.forward) * crooks.predicted
        axes.stairs(predicted, crooks.edges, color=KNOWN, linestyle="--", label="forward, as the reverse ones predict")
        axes.axvline(0.0, color=MUTED, linewidth=0.8)

    return Plot(
        "Crooks' relation",
        f"Ω of {len(crooks.forward)} forward paths and as many reverse ones; both cross at 0.",
        "P_F(Ω) = 2^Ω P_R(Ω)",
        "section 2.3",
        _drawn(draw, "Ω, bits per sample", "paths"),
    )
