"""A browser walks the admin of a real site: synced from the sandbox, served from a process of its own."""
