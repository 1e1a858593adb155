"""The figures of a brand in the admin: the dashboard of a period, the Z report of a day, and both as files.

`page` is registered with the admin. `choices` is what somebody asks for, within what they may see; `sections` and
`z_sections` turn the answers of `django_clopos.reports` into tables, which the pages and the exports share.
"""

from django_clopos.admin.dashboard import page

__all__ = ["page"]
