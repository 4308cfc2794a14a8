"""The window of dpm-gui: PySide6, pyqtgraph and the values of the engine. No torch, no h5py."""
