"""Pictures of why a network answers as it does, and of how it came to."""
