"""Views: each draws one kind of data and depends on no session."""
