"""The topics of the demonstration corpus; each module hands out Segments by `draw(rng, language, held_out)`."""
