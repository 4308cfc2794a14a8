"""What leads a newcomer: the tour and the tutorial."""
