"""The IRC wire, as its clients know it; `kit.py` has these."""
