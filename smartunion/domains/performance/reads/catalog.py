"""Every measure of the house, by the indicator it counts."""

from .asked import ASKED
from .buying import STOOD_IN_FULL
from .counsel import COUNSEL
from .crisis import RED
from .disputing import FEWER
from .events import RESPONDED, STAFFED, SURVEYED
from .help import PAID_IN_TIME
from .inspecting import INSPECTING
from .measures import Measure
from .plan import DATES, REVIEWED, SUBTASKS
from .proposing import PROPOSING
from .settling import SUBSIDY_ERROR
from .shop import ACTIVE, CALLED_BACK, OVER_CAP
from .wellbeing import CARE

MEASURES: dict[str, Measure] = {
    measure.code: measure
    for measure in (
        SUBTASKS,
        ACTIVE,
        *DATES,
        REVIEWED,
        SUBSIDY_ERROR,
        OVER_CAP,
        CALLED_BACK,
        PAID_IN_TIME,
        STOOD_IN_FULL,
        STAFFED,
        SURVEYED,
        RESPONDED,
        *RED,
        *CARE,
        *INSPECTING,
        *PROPOSING,
        *ASKED,
        FEWER,
        *COUNSEL,
    )
}
