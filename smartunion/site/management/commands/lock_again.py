"""`smartunion lock_again`: after a new master key, lock by it what the older ones locked."""

from typing import Any

from django.core.management.base import BaseCommand

from smartunion.domains.wallet.actions import admitting
from smartunion.kernel.base import clock
from smartunion.kernel.private import actions


class Command(BaseCommand):
    """Once it has run, the older keys may be taken out of PRIVATE_KEY. Can be run twice."""

    help = "换主密钥：把旧主密钥锁住的资料密钥和终端密钥改用新主密钥锁；可重复运行"

    def handle(self, **options: Any) -> None:
        """Lock again and say how many."""
        records = 0
        while batch := actions.lock_again(at=clock.now()):  # each a transaction of its own
            records += batch
        keys = admitting.lock_keys_again(at=clock.now())
        self.stdout.write(f"改锁：资料密钥 {records} 把，终端密钥 {keys} 把")
