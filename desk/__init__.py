"""What people and programs touch: assistant, command line, pages, settings."""
