"""What is around the page of a workspace: menus, tool bar, titles and lines."""
