"""Proofs that nothing is lost and nothing mixed: a file each, run by name."""
