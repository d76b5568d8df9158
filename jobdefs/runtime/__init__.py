"""What a program needs around the work itself: settings, logs, word to systemd. Nothing else in ``jobdefs`` imports it."""
