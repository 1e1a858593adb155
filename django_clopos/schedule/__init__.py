"""WHEN a brand's work is done: jobs and their cadence, what is due, who does it, and what happens after a failure.

A row of `Schedule` for each brand and job is the truth; a message in a broker is only a hint that may be lost or come
twice. Every moment is the database server's, so that a worker whose clock is wrong does no harm.
"""
