"""What the steward does for this room."""
