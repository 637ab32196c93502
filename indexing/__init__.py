"""Finding: text to passages to ranked hits; knows nothing of complaints."""
