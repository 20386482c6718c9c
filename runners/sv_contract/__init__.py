"""What both runner apps share: their contract with callers, their settings, their words."""
