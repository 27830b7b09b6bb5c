"""Comparing models: battles, votes, ratings and the leaderboard."""
