"""What came of files in earlier runs, kept beside the configuration: safe to delete."""
