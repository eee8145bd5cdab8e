"""What the command line adds of its own, without a process."""
