"""The portal with its row locks taken out and a moment's pause after the sums are read: the control of test_race_http.py, never anything else.

With PENXI_TEST_LOCKS=kept the pause stays and the locks too, so that both are tried under the same conditions.
"""

import os
import re
import time

from django.db.backends.signals import connection_created

from penxi_pilot.wsgi import application

__all__ = ["application"]
LOCK = re.compile(r" FOR (?:NO KEY )?UPDATE(?: OF [\w\". ,]+)?")
KEPT = os.environ.get("PENXI_TEST_LOCKS") == "kept"


def slow_and_unlocked(execute, sql, params, many, context):
    """Statements without their locks; who has read what is 在途 thinks for a moment."""
    found = execute(sql if KEPT else LOCK.sub("", sql), params, many, context)
    if "own_sum" in sql and "funds_payment" in sql:
        time.sleep(0.05)
    return found


def watch(connection, **_):
    if slow_and_unlocked not in connection.execute_wrappers:
        connection.execute_wrappers.append(slow_and_unlocked)


connection_created.connect(watch)
