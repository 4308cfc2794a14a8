"""What stands behind the "?" of each figure: two sentences, the formula, the section of the paper."""

from __future__ import annotations

PAPER = "Sohl-Dickstein et al. 2015"


def explanation(sentences: str, formula: str, section: str) -> str:
    """Return the three parts as rich text; ``sentences`` and ``formula`` are rich text themselves."""
    return f'<p>{sentences}</p><p align="center">{formula}</p><p>{PAPER}, {section}</p>'


POINTS_FORWARD_HELP = explanation(
    "Each step of the forward process shrinks the points a little and adds noise, until nothing of the data is left. "
    "A point keeps its colour, which tells where along the data it began; the circles are one and two standard "
    "deviations of the prior.",
    "<i>q</i>(<i>x<sup>t</sup></i> | <i>x</i><sup><i>t</i>−1</sup>) = "
    "<i>N</i>(√(1 − <i>β<sub>t</sub></i>) <i>x</i><sup><i>t</i>−1</sup>, <i>β<sub>t</sub></i> <i>I</i>)",
    "section 2.1, table App. 1",
)
POINTS_REVERSE_HELP = explanation(
    "The model starts from noise, and each of its steps takes back one step of the forward process. "
    "A point keeps its colour, which tells where along the data it ends; the arrows are the drift "
    "<i>f<sub>μ</sub></i>(<i>x</i>, <i>t</i>) − <i>x</i> of the step that comes next.",
    "<i>p</i>(<i>x</i><sup><i>t</i>−1</sup> | <i>x<sup>t</sup></i>) = "
    "<i>N</i>(<i>f<sub>μ</sub></i>(<i>x<sup>t</sup></i>, <i>t</i>), "
    "<i>f</i><sub>Σ</sub>(<i>x<sup>t</sup></i>, <i>t</i>))",
    "section 2.2, figure 1",
)
BITS_FORWARD_HELP = explanation(
    "Each step of the forward process keeps a bit or, with probability <i>β<sub>t</sub></i>, tosses a fair coin for "
    "it, until nothing of the sequences is left. Each row is a sequence; the strip above is the share of ones in each "
    "place over all of them.",
    "<i>q</i>(<i>x<sup>t</sup></i> = 1 | <i>x</i><sup><i>t</i>−1</sup>) = "
    "(1 − <i>β<sub>t</sub></i>) <i>x</i><sup><i>t</i>−1</sup> + <i>β<sub>t</sub></i> / 2",
    "section 2.1, table App. 1",
)
BITS_REVERSE_HELP = explanation(
    "The model starts from fair coins, and each of its steps takes back one step of the forward process. "
    "Click a row: its whole path appears beside the rows, the noise at the top and what became of it at the bottom.",
    "<i>p</i>(<i>x</i><sup><i>t</i>−1</sup> = 1 | <i>x<sup>t</sup></i>) = "
    "<i>f<sub>b</sub></i>(<i>x<sup>t</sup></i>, <i>t</i>)",
    "section 2.2, figure 2",
)
IMAGES_FORWARD_HELP = explanation(
    "Each step of the forward process fades the pictures a little and adds noise, until nothing of them is left. "
    "The keys 1 to 4 show the state itself, what the model guesses the picture to be, the mean of the next reverse "
    "step, and what the last step has changed; a click enlarges a picture on both sides.",
    "<i>q</i>(<i>x<sup>t</sup></i> | <i>x</i><sup><i>t</i>−1</sup>) = "
    "<i>N</i>(√(1 − <i>β<sub>t</sub></i>) <i>x</i><sup><i>t</i>−1</sup>, <i>β<sub>t</sub></i> <i>I</i>)",
    "section 2.1, figure 3",
)
IMAGES_REVERSE_HELP = explanation(
    "The model starts from noise, or from noised examples, and each of its steps takes back one step of the forward "
    "process. Of long chains a preview in few steps comes first: it approximates the model, and gives way to the true "
    "chain as that is computed.",
    "<i>p</i>(<i>x</i><sup><i>t</i>−1</sup> | <i>x<sup>t</sup></i>) = "
    "<i>N</i>(<i>f<sub>μ</sub></i>(<i>x<sup>t</sup></i>, <i>t</i>), "
    "<i>f</i><sub>Σ</sub>(<i>x<sup>t</sup></i>, <i>t</i>))",
    "section 2.2, figure 3",
)
ENTROPIES_HELP = explanation(
    "How uncertain a reverse step is lies between two bounds that the forward process alone fixes. "
    "The narrower the band, the closer the step is to one that loses nothing.",
    "<i>H</i>(<i>X<sup>t</sup></i> | <i>X</i><sup><i>t</i>−1</sup>) + "
    "<i>H</i>(<i>X</i><sup><i>t</i>−1</sup> | <i>X</i><sup>0</sup>) − "
    "<i>H</i>(<i>X<sup>t</sup></i> | <i>X</i><sup>0</sup>)<br>≤ "
    "<i>H</i>(<i>X</i><sup><i>t</i>−1</sup> | <i>X<sup>t</sup></i>) ≤ "
    "<i>H</i>(<i>X<sup>t</sup></i> | <i>X</i><sup><i>t</i>−1</sup>)",
    "section 2.6, appendix A",
)
SPREAD_HELP = explanation(
    "From one state <i>x<sup>t</sup></i> the reverse is walked 64 times, each time with noise of its own. "
    "The line is how far these futures lie apart at each step <i>s</i>: their standard deviation, the mean over all "
    "entries, in the data's own units; of bits the entropy of the share of ones.",
    "mean<sub><i>i</i></sub> sd(<i>x<sub>i</sub><sup>s</sup></i> | <i>x<sup>t</sup></i>), "
    "of bits mean<sub><i>i</i></sub> <i>H</i>(<i>X<sub>i</sub><sup>s</sup></i> | <i>x<sup>t</sup></i>), "
    "<i>s</i> = <i>t</i> … 0",
    "section 2.2",
)
