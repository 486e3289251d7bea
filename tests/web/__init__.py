"""Browsers: what they are served, how they talk, and whom they may."""
