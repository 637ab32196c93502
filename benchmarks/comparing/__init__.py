"""The parts of the comparison table: sets, systems, peers and scores."""
