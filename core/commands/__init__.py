"""What each `dpm` command does once its options are known. The one room of the engine that prints."""
