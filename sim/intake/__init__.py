"""What others send comes in here: spreadsheets, graphs; each sort of file through one door."""
