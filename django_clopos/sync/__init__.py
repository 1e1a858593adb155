"""HOW the mirror is kept: runs, steps, pages, writes. Names no resource."""
