"""The ways of storing the same pages that are compared, each run in a process of its own."""
