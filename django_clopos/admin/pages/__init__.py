"""What the page of a mirrored row shows, one module for each domain; templates lay it out.

`page` holds what every page has. A page is read as its user may see it: through `Look`, and never by the models alone.
"""
