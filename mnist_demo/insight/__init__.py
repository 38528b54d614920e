"""Pictures of how a network came to answer as it does."""
