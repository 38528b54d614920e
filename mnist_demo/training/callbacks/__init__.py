"""What happens beside the batches of a training: a callback of Keras for each concept."""
