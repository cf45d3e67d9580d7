"""A campus that trades is the wallet's own fixture."""

from smartunion.domains.wallet.tests import conftest as wallet

campus = wallet.campus
