"""Asks a model, streams and keeps the answer. Public face: models, services, events, stream."""
