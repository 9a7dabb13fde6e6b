"""What the page fetches beside Streamlit's own files."""
