"""What happened: typical cases, their categories, urgency and triage."""
