"""Entry of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penxi_pilot.settings")
application = get_wsgi_application()

from penxi_pilot.stamp import check_stamp_or_exit  # noqa: E402 - the models exist only now

check_stamp_or_exit()
