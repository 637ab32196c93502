"""Records, passages and vectors in one SQL database."""
