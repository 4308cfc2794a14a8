"""Reports of what was measured: facts as JSON, and one HTML file with plots."""
