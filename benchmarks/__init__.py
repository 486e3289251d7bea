"""What it costs to pass on a line to everybody in a room, and to keep it."""
