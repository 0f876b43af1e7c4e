"""What is allowed: pure Python that imports nothing."""
