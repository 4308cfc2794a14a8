"""Forward processes in closed form: Gaussian and binomial, their distributions and schedules."""
