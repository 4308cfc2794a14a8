"""The commands that open data of the user's: their dialogs, and when they can be used."""

from __future__ import annotations

from PySide6.QtCore import QObject

from dpm_gui.engine.given_examples import ArrayChoice
from dpm_gui.watch.starts import NOTHING_OPEN
from dpm_gui.window.page import Services

DATA_FILTER = (
    "Data (*.npy *.npz *.h5 *.hdf5 *.hdf *.mat *.csv *.tsv *.txt *.gz *.zip *.png *.jpg *.jpeg *.webp *.bmp *.gif"
    " *.tif *.tiff);;All files (*)"
)
TITLE = "Open data (FILE:/NAME for one of several arrays)"


class DataFiles(QObject):
    """Asks for a file or a folder, and for one array where a file holds several."""

    def __init__(self, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._services, self._session = services, services.session
        for name, slot in (
            ("open_data", self.ask_for_file),
            ("open_data_folder", self.ask_for_folder),
            ("model_data", self._session.data_reader.use_model_data),
        ):
            services.actions.on(name, slot)
        self._session.data_reader.choice_wanted.connect(self._ask_which)
        for signal in (self._session.opened_changed, self._session.data_changed):
            signal.connect(self._allow)
        self._allow()

    # Dialogs are imported when they are opened, so that the window appears sooner.

    def ask_for_file(self) -> None:
        """Show the dialog that chooses a file of data."""
        from dpm_gui.dialogs.files import ask_open

        window, preferences = self._services.window, self._services.preferences
        ask_open(window, preferences, TITLE, DATA_FILTER, self._session.open_data, any_name=True)

    def ask_for_folder(self) -> None:
        """Show the dialog that chooses a folder of images or of batches of CIFAR."""
        from dpm_gui.dialogs.files import ask_folder

        window, preferences = self._services.window, self._services.preferences
        ask_folder(window, preferences, "Open a folder of data", self._session.open_data)

    def _ask_which(self, choice: ArrayChoice) -> None:
        from dpm_gui.dialogs.arrays import ArrayDialog

        def take(name: str) -> None:
            self._session.open_data(choice.path_of(name))

        ArrayDialog(self._services.window, choice.path, choice.shapes, take).open()

    def _allow(self) -> None:
        actions, is_open = self._services.actions, self._session.opened is not None
        for name in ("open_data", "open_data_folder"):
            actions.allow(name, is_open, NOTHING_OPEN)
        actions.allow("model_data", self._session.given is not None, "these are the model's data")
