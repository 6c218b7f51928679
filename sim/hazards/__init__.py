"""What goes wrong: hazards draw injects and fields."""
