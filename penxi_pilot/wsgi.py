"""Entry of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penxi_pilot.settings")
application = get_wsgi_application()

# Only now do the models exist. The addresses and all they need are loaded before the first visitor comes, and a fault in them shows at once.
from penxi_pilot import urls  # noqa: E402, F401
from penxi_pilot.stamp import check_stamp_or_exit  # noqa: E402

check_stamp_or_exit()
