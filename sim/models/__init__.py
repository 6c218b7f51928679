"""What happens: the models that run on the clock."""
