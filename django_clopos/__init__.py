"""A mirror of Clopos restaurant data in the site's own database."""
