"""How tests start `manage.py` so that Ctrl-C reaches it."""

#: For `python -c`, with the command's arguments behind it. A background job of a shell ignores SIGINT and would hand
#: that on.
LAUNCHER = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from django.core.management import execute_from_command_line as run; run(sys.argv)"
)
