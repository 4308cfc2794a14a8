"""Forward and reverse trajectories, their starts, strided chains and predictions."""
