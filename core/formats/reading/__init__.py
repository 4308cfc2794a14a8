"""The one reader of user files: by content, whatever the ending; arrays, images, tables and masks."""
