"""Views: each draws one kind of data that it is given, and knows no session."""
