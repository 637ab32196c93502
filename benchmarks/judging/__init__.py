"""Training the judge: labelled replies and customers' words to examples, examples to weights."""
