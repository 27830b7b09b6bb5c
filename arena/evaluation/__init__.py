"""Question sets, runs of models over them, and judgments by exact checkers, by judge models and by people."""
