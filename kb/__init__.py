"""What the company says: policies, standard wording, lexicon."""
