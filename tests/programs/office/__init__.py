"""Word files as offices and their programs make them, built when a test runs."""
