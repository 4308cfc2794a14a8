"""The workspace Paint: the posterior by hand."""
