"""Settings of the web server: `gunicorn -c penxi_pilot/gunicorn.py penxi_pilot.wsgi`. The embedded default and production use the same file."""

import os
import socket
import struct
import sys
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penxi_pilot.settings")
os.environ.setdefault("PENXI_PROCESS", "web")
try:
    logconfig_dict = settings.LOGGING
except ImproperlyConfigured as refusal:
    sys.exit(f"无法启动：{refusal}")

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "24"))
# A request in work may take this long after TERM; a worker whose main loop is silent for `timeout` seconds is replaced.
graceful_timeout = 30
timeout = 60
keepalive = 5
# Memory given back to the system now and then; the second number spreads the restarts.
max_requests = 5000
max_requests_jitter = 500
# https is believed only from these addresses (X-Forwarded-Proto); the portal itself reads X-Forwarded-For only from them.
forwarded_allow_ips = ",".join(settings.TRUSTED_PROXIES)
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - memory, not a shared temporary file: no disk, no stall
control_socket_disable = True
accesslog = None  # penxi_pilot.errors writes one line per request

SILENT_CLIENT_SECONDS = 20


def when_ready(server) -> None:
    """A client that sends half a request and then nothing holds a thread for 20 s at most: accepted sockets inherit this from the listener."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENT_CLIENT_SECONDS, 0))
