"""Single source, negotiation, emergency: who must sign, how many, until when. Pure.

5.1 第7条 and 第12条. The year's figures come as `Terms`, never as literals.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from smartunion.kernel.base.refusals import Refused

from . import refusals
from .clearing import Form, Parameters


@dataclass(frozen=True)
class Terms:
    """The plan year's figures for buying; amounts in fen."""

    single_source_fen: int
    experts: int
    outside_experts: int
    publicity_working_days: int
    backfill_days: int
    emergency_hours: int
    emergency_causes: tuple[str, ...]
    form: Form
    low: Fraction
    high: Fraction
    least_quotes: int
    explain_working_days: int
    panel_least: int
    panel_expert_share: Fraction
    split_fen: int
    split_days: int
    blacklist_years: int

    def parameters(self, ceiling_fen: int) -> Parameters:
        """Return what a notice with this ceiling freezes."""
        return Parameters(ceiling_fen, self.form, self.low, self.high, self.least_quotes)


def terms_of(given: Mapping[str, Any]) -> Terms:
    """Return the terms from the plan year's rows."""
    return Terms(
        single_source_fen=int(given["single_source_fen"]),
        experts=int(given["experts"]),
        outside_experts=int(given["outside_experts"]),
        publicity_working_days=int(given["publicity_working_days"]),
        backfill_days=int(given["backfill_days"]),
        emergency_hours=int(given["emergency_hours"]),
        emergency_causes=tuple(given["emergency_causes"]),
        form=Form(given["clearing_form"]),
        low=Fraction(int(given["clearing_low_percent"]), 100),
        high=Fraction(int(given["clearing_high_percent"]), 100),
        least_quotes=int(given["least_quotes"]),
        explain_working_days=int(given["explain_working_days"]),
        panel_least=int(given["panel_least"]),
        panel_expert_share=Fraction(*given["panel_expert_share"]),
        split_fen=int(given["split_fen"]),
        split_days=int(given["split_days"]),
        blacklist_years=int(given["blacklist_years"]),
    )


@dataclass(frozen=True)
class Opinion:
    """One expert's signed opinion on a single source."""

    expert: int
    outside: bool
    linked: bool = False


def needs_experts(amount_fen: int, single_source_fen: int) -> bool:
    """Test if a single source must be argued and published: the limit itself counts (R215, T77)."""
    return amount_fen >= single_source_fen


def experts_missing(opinions: Sequence[Opinion], terms: Terms) -> Refused | None:
    """Return why the argumentation does not stand yet (R216, T66), or None.

    At least three distinct experts, at least one of them from outside, none linked to the supplier.
    """
    free = {opinion.expert: opinion for opinion in opinions if not opinion.linked}
    outside = sum(opinion.outside for opinion in free.values())
    if len(free) >= terms.experts and outside >= terms.outside_experts:
        return None
    return refusals.ExpertsMissing(
        experts=terms.experts,
        outside=terms.outside_experts,
        there=len(free),
        there_outside=outside,
    )


def panel_wrong(members: int, experts: int, terms: Terms) -> Refused | None:
    """Return why a negotiation panel may not sit: odd, three at least, two thirds experts."""
    if (
        members >= terms.panel_least
        and members % 2 == 1
        and experts >= members * terms.panel_expert_share
    ):
        return None
    share = terms.panel_expert_share
    return refusals.PanelWrong(
        least=terms.panel_least,
        share=f"{share.numerator}/{share.denominator}",
        members=members,
        experts=experts,
    )


def paperwork_due_on(bought_on: date, terms: Terms) -> date:
    """Return the last day for the papers of an emergency purchase; calendar days (R221, T32)."""
    return bought_on + timedelta(days=terms.backfill_days)


def emergency_blocked(due_days: Collection[date], today: date) -> bool:
    """Test if papers of an earlier emergency are overdue: from day 11 nothing new is bought so."""
    return any(today > day for day in due_days)


def cause_wrong(cause: str, terms: Terms) -> Refused | None:
    """Return why something is no emergency (R219), or None."""
    if cause in terms.emergency_causes:
        return None
    return refusals.NoEmergency(
        cause=cause or "（没有写）", causes="、".join(terms.emergency_causes)
    )
