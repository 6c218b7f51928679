"""The replay of a run: a page that opens from disk, and the same in a terminal. Reads log, scenario and inventory."""
