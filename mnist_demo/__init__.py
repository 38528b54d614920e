"""An interactive lab in which you watch a convolutional network learn to read handwritten digits."""
