"""The explanation behind the "?" of each figure: two sentences, the formula, the section of the paper."""

from __future__ import annotations

PAPER = "Sohl-Dickstein et al. 2015"


def explanation(sentences: str, formula: str, section: str) -> str:
    """Return the three parts as rich text; ``sentences`` and ``formula`` are rich text themselves."""
    return f'<p>{sentences}</p><p align="center">{formula}</p><p>{PAPER}, {section}</p>'


POINTS_FORWARD_HELP = explanation(
    "Each step of the forward process shrinks the points a little and adds noise, until nothing of the data is left. "
    "The colour of a point shows where along the data it began, whichever columns are shown; the circles mark one and "
    "two standard deviations of the prior.",
    "<i>q</i>(<i>x<sup>t</sup></i> | <i>x</i><sup><i>t</i>−1</sup>) = "
    "<i>N</i>(√(1 − <i>β<sub>t</sub></i>) <i>x</i><sup><i>t</i>−1</sup>, <i>β<sub>t</sub></i> <i>I</i>)",
    "section 2.1, table App. 1",
)
POINTS_REVERSE_HELP = explanation(
    "The model starts from noise, and each of its steps undoes one step of the forward process. "
    "The colour of a point shows where along the data it ends; the arrows are the drift "
    "<i>f<sub>μ</sub></i>(<i>x</i>, <i>t</i>) − <i>x</i> of the next step.",
    "<i>p</i>(<i>x</i><sup><i>t</i>−1</sup> | <i>x<sup>t</sup></i>) = "
    "<i>N</i>(<i>f<sub>μ</sub></i>(<i>x<sup>t</sup></i>, <i>t</i>), "
    "<i>f</i><sub>Σ</sub>(<i>x<sup>t</sup></i>, <i>t</i>))",
    "section 2.2, figure 1",
)
LINE_FORWARD_HELP = explanation(
    "Each step of the forward process shrinks the points a little and adds noise, until nothing of the data is left. "
    "Below, each point lies at its value and keeps a height of its own, in the colour of where it began; above stands "
    "the histogram of all, of area 1, with the density of the prior as a curve.",
    "<i>q</i>(<i>x<sup>t</sup></i> | <i>x</i><sup><i>t</i>−1</sup>) = "
    "<i>N</i>(√(1 − <i>β<sub>t</sub></i>) <i>x</i><sup><i>t</i>−1</sup>, <i>β<sub>t</sub></i>)",
    "section 2.1, table App. 1",
)
LINE_REVERSE_HELP = explanation(
    "The model starts from noise, and each of its steps undoes one step of the forward process. "
    "Below, each point lies at its value, in the colour of where it ends, with the drift of the next step as arrows; "
    "above stands the histogram of all, on the axes of the forward side.",
    "<i>p</i>(<i>x</i><sup><i>t</i>−1</sup> | <i>x<sup>t</sup></i>) = "
    "<i>N</i>(<i>f<sub>μ</sub></i>(<i>x<sup>t</sup></i>, <i>t</i>), "
    "<i>f</i><sub>Σ</sub>(<i>x<sup>t</sup></i>, <i>t</i>))",
    "section 2.2",
)
BITS_FORWARD_HELP = explanation(
    "Each step of the forward process keeps a bit or, with probability <i>β<sub>t</sub></i>, replaces it by the toss "
    "of a fair coin, until nothing of the sequences is left. Each row is a sequence; the strip above shows the "
    "frequency of ones in each column.",
    "<i>q</i>(<i>x<sup>t</sup></i> = 1 | <i>x</i><sup><i>t</i>−1</sup>) = "
    "(1 − <i>β<sub>t</sub></i>) <i>x</i><sup><i>t</i>−1</sup> + <i>β<sub>t</sub></i> / 2",
    "section 2.1, table App. 1",
)
BITS_REVERSE_HELP = explanation(
    "The model starts from tosses of fair coins, and each of its steps undoes one step of the forward process. "
    "A click on a row shows that sequence at every <i>t</i> beside the rows, with the noise at the top and the sample "
    "at the bottom; a line leads from the row to the step on show.",
    "<i>p</i>(<i>x</i><sup><i>t</i>−1</sup> = 1 | <i>x<sup>t</sup></i>) = "
    "<i>f<sub>b</sub></i>(<i>x<sup>t</sup></i>, <i>t</i>)",
    "section 2.2, figure 2",
)
IMAGES_FORWARD_HELP = explanation(
    "Each step of the forward process fades the images a little and adds noise, until nothing of them is left. "
    "The keys 1 to 4 show the state itself, the <i>x</i><sup>0</sup> estimate, the mean of the next reverse step, and "
    "the change made by the last step, in the same colours on both sides; a click enlarges an image on both.",
    "<i>q</i>(<i>x<sup>t</sup></i> | <i>x</i><sup><i>t</i>−1</sup>) = "
    "<i>N</i>(√(1 − <i>β<sub>t</sub></i>) <i>x</i><sup><i>t</i>−1</sup>, <i>β<sub>t</sub></i> <i>I</i>)",
    "section 2.1, figure 3",
)
IMAGES_REVERSE_HELP = explanation(
    "The model starts from noise, or from noised examples, and each of its steps undoes one step of the forward "
    "process. Long chains start with a preview in few steps: it approximates the model, and the true chain replaces "
    "it as it is computed.",
    "<i>p</i>(<i>x</i><sup><i>t</i>−1</sup> | <i>x<sup>t</sup></i>) = "
    "<i>N</i>(<i>f<sub>μ</sub></i>(<i>x<sup>t</sup></i>, <i>t</i>), "
    "<i>f</i><sub>Σ</sub>(<i>x<sup>t</sup></i>, <i>t</i>))",
    "section 2.2, figure 3",
)
ENTROPIES_HELP = explanation(
    "The entropy of a reverse step lies between two bounds that depend on the forward process alone. "
    "The narrower the band, the closer the step is to the quasi-static limit.",
    "<i>H</i>(<i>X<sup>t</sup></i> | <i>X</i><sup><i>t</i>−1</sup>) + "
    "<i>H</i>(<i>X</i><sup><i>t</i>−1</sup> | <i>X</i><sup>0</sup>) − "
    "<i>H</i>(<i>X<sup>t</sup></i> | <i>X</i><sup>0</sup>)<br>≤ "
    "<i>H</i>(<i>X</i><sup><i>t</i>−1</sup> | <i>X<sup>t</sup></i>) ≤ "
    "<i>H</i>(<i>X<sup>t</sup></i> | <i>X</i><sup><i>t</i>−1</sup>)",
    "section 2.6, appendix A",
)
SPREAD_HELP = explanation(
    "64 reverse chains start from one state <i>x<sup>t</sup></i>, each with noise of its own. "
    "The line shows how far these futures lie apart at each step <i>s</i>: their standard deviation, averaged over all "
    "entries, in data units; for bits, the entropy of the frequency of ones.",
    "mean<sub><i>i</i></sub> sd(<i>x<sub>i</sub><sup>s</sup></i> | <i>x<sup>t</sup></i>), "
    "for bits mean<sub><i>i</i></sub> <i>H</i>(<i>X<sub>i</sub><sup>s</sup></i> | <i>x<sup>t</sup></i>), "
    "<i>s</i> = <i>t</i> … 0",
    "section 2.2",
)
STEP_ENTROPIES_HELP = explanation(
    "The true entropy of a reverse step lies within the band, between bounds that depend on the forward process alone; "
    "that of the model's kernels, a mean over <i>x<sup>t</sup></i>, should. Where the model's line leaves the band, "
    "its kernels are wider or narrower at this step than any exact reverse could be.",
    "<i>H</i>(<i>X<sup>t</sup></i> | <i>X</i><sup><i>t</i>−1</sup>) + "
    "<i>H</i>(<i>X</i><sup><i>t</i>−1</sup> | <i>X</i><sup>0</sup>) − "
    "<i>H</i>(<i>X<sup>t</sup></i> | <i>X</i><sup>0</sup>)<br>≤ "
    "<i>H</i>(<i>X</i><sup><i>t</i>−1</sup> | <i>X<sup>t</sup></i>) ≤ "
    "<i>H</i>(<i>X<sup>t</sup></i> | <i>X</i><sup><i>t</i>−1</sup>)",
    "section 2.6, appendix A",
)
KL_HELP = explanation(
    "What each reverse step takes from K: how far the model's kernel is from the exact posterior of the step. "
    "The shading is one standard error; the limit of the family is what the best kernels of this form lose.",
    "E<sub><i>q</i></sub> KL(<i>q</i>(<i>x</i><sup><i>t</i>−1</sup> | <i>x<sup>t</sup></i>, <i>x</i><sup>0</sup>) ‖ "
    "<i>p</i>(<i>x</i><sup><i>t</i>−1</sup> | <i>x<sup>t</sup></i>)), <i>t</i> = 2 … <i>T</i>",
    "section 2.4, appendix B",
)
SCHEDULE_HELP = explanation(
    "The rate of each step is the share of variance, or of bits, that the step replaces by noise. Signal and noise are "
    "what is left of the data and what has been added up to this step.",
    "<i>ᾱ<sub>t</sub></i> = (1 − <i>β</i><sub>1</sub>) … (1 − <i>β<sub>t</sub></i>)",
    "section 2.1, section 2.4.1, table App. 1",
)
SUM_RULE_HELP = explanation(
    "The gaps between the two entropy bounds, added up from <i>t</i> = 2. Each gap shrinks as <i>T</i> grows, but the "
    "sum always ends at the same value, whatever the rates: the terms telescope.",
    "Σ<sub><i>t</i> = 2 … <i>T</i></sub> [upper<sub><i>t</i></sub> − lower<sub><i>t</i></sub>] = "
    "<i>H</i>(<i>X<sup>T</sup></i> | <i>X</i><sup>0</sup>) − <i>H</i>(<i>X</i><sup>1</sup> | <i>X</i><sup>0</sup>)",
    "section 2.6",
)
WORK_HELP = explanation(
    "The work of forward paths from data: what the model pays for each path, in bits. Minus its mean is the bound; the "
    "narrower the histogram, the closer the model is to a reversible, quasi-static process.",
    "<i>W</i> = −log<sub>2</sub> [<i>π</i>(<i>x<sup>T</sup></i>) Π<sub><i>t</i></sub> "
    "<i>p</i>(<i>x</i><sup><i>t</i>−1</sup> | <i>x<sup>t</sup></i>) / "
    "<i>q</i>(<i>x<sup>t</sup></i> | <i>x</i><sup><i>t</i>−1</sup>)]",
    "section 2.3",
)
JARZYNSKI_HELP = explanation(
    "The mean weight of <i>n</i> paths estimates the model's probability of a point; its logarithm is, on average, a "
    "bound that rises with <i>n</i> from the bound of one path. The bars are one standard error over the points.",
    "log<sub>2</sub> <i>p</i>(<i>x</i><sup>0</sup>) = log<sub>2</sub> E<sub><i>q</i></sub> 2<sup>−<i>W</i></sup>",
    "section 2.3",
)
CROOKS_HELP = explanation(
    "Ω on forward paths of the data and on the model's own reverse paths. The two histograms cross at 0, and lie one "
    "upon the other for a perfect model.",
    "<i>P<sub>F</sub></i>(Ω) = 2<sup>Ω</sup> <i>P<sub>R</sub></i>(Ω), Ω = log<sub>2</sub> "
    "<i>q</i>(<i>x</i><sup>1</sup> … <i>x<sup>T</sup></i>) / <i>p</i>(<i>x</i><sup>1</sup> … <i>x<sup>T</sup></i>)",
    "section 2.3",
)
