"""What a program needs around the work: settings, logs, word to systemd. Nothing else in ``jobdefs`` imports it."""
