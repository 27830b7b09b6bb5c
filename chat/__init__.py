"""The conversations that people keep."""
