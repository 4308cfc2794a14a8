"""The engine of dpm-gui: diffusion probabilistic models, exact where the paper is exact.

Sohl-Dickstein et al., *Deep Unsupervised Learning using Nonequilibrium Thermodynamics*, ICML 2015.
The package imports nothing by itself: `core.values` and `core.errors` need numpy alone, the rest needs torch or h5py.
"""

__version__ = "0.1.0"
