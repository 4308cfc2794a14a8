"""The `dpm` commands, given their parsed options. No other package of the engine prints."""
