"""What a site can react to. Every signal is sent after the transaction of what it tells has been committed.

`rows_changed`: one page of one table was written. Arguments: `brand`, `resource` (name), `model`, `created` (clopos
ids), `updated` (clopos id to the changed top-level keys of the record), `removed` (clopos ids), `run` (SyncRun).
`row_rejected`: a record failed validation. Arguments: `brand`, `resource`, `key`, `reason`, `run`.
`step_finished`: one resource and venue of a run ended. Arguments: `brand`, `step` (SyncStep).
`sync_finished`: a run ended, in whatever way. Arguments: `brand`, `run`.
"""

from __future__ import annotations

from django.dispatch import Signal

rows_changed = Signal()
row_rejected = Signal()
step_finished = Signal()
sync_finished = Signal()
