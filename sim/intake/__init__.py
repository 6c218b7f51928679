"""What planners already have: spreadsheets, cell lists, points on a map, backbones, weather alerts."""
