"""The bundled demonstration models: their corpus, their training, their finished weights."""
