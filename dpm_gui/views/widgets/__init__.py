"""Small widgets used by several views."""
