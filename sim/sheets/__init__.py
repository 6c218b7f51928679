"""Spreadsheets as people send them: opened with care, their heading found, their cells made plain."""
