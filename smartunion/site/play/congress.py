"""A college's congress in the played year: an election, an appraisal, all by the real actions.

`Laptops` are the scrutineers' own machines, as their browsers would compute: nothing of it comes
from the house's tables but what every scrutineer's page is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from smartunion.domains.congress.actions import calling, counting, voting
from smartunion.domains.congress.models import Election
from smartunion.domains.congress.reads import votes
from smartunion.domains.congress.rules import boxes, keys
from smartunion.domains.congress.rules.group import ORDER
from smartunion.kernel.people.models import Person


@dataclass
class Laptops:
    """The three scrutineers' machines of one vote, and what only they know."""

    election: Election
    at: datetime
    secrets: dict[int, keys.Secret] = field(default_factory=dict)
    shares: dict[int, int] = field(default_factory=dict)

    @property
    def sworn(self) -> list[tuple[int, Person]]:
        """Return the scrutineers with their numbers."""
        rows = self.election.scrutineers.order_by("number").select_related("person")
        return [(one.number, one.person) for one in rows]

    def make_the_key(self) -> None:
        """Hold the whole ceremony: commit, send, accept."""
        context, pk = self.election.context, self.election.pk
        for number, person in self.sworn:
            secret, said = keys.begin(context, number, self.election.needed)
            self.secrets[number] = secret
            calling.commit(election_id=pk, said=said, declared=True, by=person, at=self.at)
        told = votes.commitments(self.election)
        for number, person in self.sworn:
            shares = {
                str(other): keys.share_for(
                    context, number, other, self.secrets[number],
                    keys.channel_of(told[other - 1]),
                )
                for other, _ in self.sworn if other != number
            }  # fmt: skip
            calling.send(election_id=pk, shares=shares, by=person, at=self.at)
        sent = {one.number: one.sent or {} for one in self.election.scrutineers.all()}
        for number, person in self.sworn:
            own = self.secrets[number].terms
            share = sum(one * pow(number, power, ORDER) for power, one in enumerate(own))
            for giver, _ in self.sworn:
                if giver != number:
                    share += keys.share_from(
                        context, (giver, number), self.secrets[number], told[giver - 1],
                        sent[giver][str(number)],
                    )  # fmt: skip
            self.shares[number] = share % ORDER
            said_ = keys.accept(context, number, self.shares[number])
            calling.accept(election_id=pk, said=said_, by=person, at=self.at)
        self.election.refresh_from_db()

    def vote(self, slips: Sequence[int], values: Sequence[int]) -> None:
        """Cast one ballot with each slip, as phones do."""
        key = bytes.fromhex(self.election.key)
        for slip, value in zip(slips, values, strict=False):
            made = boxes.cast(self.election.context, key, slip, value)
            voting.cast(election_id=self.election.pk, said=made.told(), at=self.at)

    def shuffle(self, number: int) -> None:
        """Let one scrutineer shuffle what the one before left."""
        it, person = self.election, dict(self.sworn)[number]
        said = boxes.shuffle(
            it.context, bytes.fromhex(it.key), it.mixes.count() + 1, votes.opening(it)
        )
        counting.shuffle(election_id=it.pk, said=said, by=person, at=self.at)

    def open(self, *numbers: int) -> None:
        """Let scrutineers give their parts of the opening."""
        pairs = votes.opening(self.election)
        for number in numbers:
            said = boxes.part(self.election.context, number, self.shares[number], pairs)
            person = dict(self.sworn)[number]
            counting.give_part(election_id=self.election.pk, said=said, by=person, at=self.at)
        self.election.refresh_from_db()

    def hold(self, values: Sequence[int], *, keeper: Person) -> Election:
        """Hold the whole vote among who is present, from the frozen names to the signed sheet."""
        self.make_the_key()
        given: dict[str, Any] = {"election_id": self.election.pk, "at": self.at}
        slips = voting.print_slips(**given, by=keeper)
        present = list(self.election.meeting.attendance.order_by("person_id"))
        for one in present:
            voting.hand_out(**given, person_id=one.person_id, by=keeper)
        second = self.sworn[0][1]
        for person in (keeper, second):
            voting.open_box(**given, by=person)
        self.vote(slips, values)
        for person in (keeper, second):
            voting.close_box(**given, by=person)
        voting.count_left(**given, counted=len(slips) - len(present), by=second)
        self.shuffle(1)
        self.open(1, 3)
        counting.read_out(**given, upto=self.election.ballots.count(), by=keeper)
        counting.announce(**given, by=keeper)
        for _, person in self.sworn:
            counting.sign(**given, by=person)
        self.election.refresh_from_db()
        return self.election
