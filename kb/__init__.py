"""A knowledge base and experience-sharing wiki for customer-support centres."""

__version__ = "0.1.0"
