"""What django_clopos costs, measured beside the obvious ways of doing the same."""
