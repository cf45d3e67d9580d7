"""smartunion password_link USERNAME: how the first officer of a new house gets in."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from smartunion.kernel.people.models import Person


class Command(BaseCommand):
    help = "Print the address at which a person sets their password; it works once"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the staff number."""
        parser.add_argument("username")

    def handle(self, *, username: str, **options: Any) -> None:
        """Print the path; whoever runs the house puts their own host before it."""
        person = Person.objects.filter(username=username).first()
        if person is None:
            raise CommandError(f"没有工号 {username}：先运行 smartunion found，或在名册里登记")
        key = default_token_generator.make_token(person)
        given = {"uidb36": user_pk_to_url_str(person), "key": key}
        self.stdout.write(reverse("account_reset_password_from_key", kwargs=given))
