"""One Streamlit view a file."""
