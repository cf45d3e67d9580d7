"""The WSGI door."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartunion.site.settings")
django = get_wsgi_application()  # first: the tables stand only once Django is set up
application = import_string("smartunion.domains.wallet.api.fast_lane")(django)
# What stands now stands as long as the process: the collector need not walk it again and again.
gc.freeze()
