"""Real Celery workers, real services and sandboxes in processes of their own, judged by the sandboxes' own logs.

In CI the forms are small; `make stress` runs the large ones (README, Development).
"""
