"""The timeline: transport, slider and thumbnails."""
