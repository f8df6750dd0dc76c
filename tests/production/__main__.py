"""`bin/try-production`: production on this machine with throw-away servers, until Ctrl-C."""

import argparse
import contextlib
import signal
import sys

from tests.production.portal import ProductionPortal
from tests.servers import Servers


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/try-production", description=__doc__)
    parser.add_argument("--web", type=int, default=2)
    parser.add_argument("--worker", type=int, default=2)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # Without the reverse proxy in front, a browser comes by plain http.
    settings = {"SECURE_SSL_REDIRECT": "False"}
    with (
        Servers() as servers,
        ProductionPortal(servers.postgres_url, servers.redis_url, web=given.web, worker=given.worker, settings=settings) as portal,
    ):
        print(portal.prepared.stdout, end="")
        for address in portal.addresses:
            print(f"READY {address}/", flush=True)
        print(f"logs: {portal.folder}; Ctrl-C stops everything", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
