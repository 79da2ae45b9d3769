"""Managers that are sometimes needed and sometimes not."""
