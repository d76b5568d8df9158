"""Stock Huey with its usual settings, harmed and judged by the same harness."""
