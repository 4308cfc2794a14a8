"""Panels: each changes one part of the session and follows it. They know no view."""
