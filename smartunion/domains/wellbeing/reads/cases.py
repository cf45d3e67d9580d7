"""A care task: its open step, where it is done, and in whose hands it is."""

from smartunion.domains.wellbeing.models import Alert, Task
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures.models import StepRun


def about(alert: Alert) -> str:
    """Return how an alert's sealed parts are filed."""
    return f"wellbeing.alert:{alert.pk}"


def about_task(task: Task) -> str:
    """Return how a task's sealed record is filed."""
    return f"wellbeing.task:{task.pk}"


def open_run(task: Task) -> StepRun | None:
    """Return the step that waits; None once it is done."""
    runs = StepRun.objects.filter(case=task.case_id, state=StepRun.State.OPEN)
    return runs.select_related("lead", "backup").first()


def link(task: Task, run: StepRun) -> str:
    """Return where the task is done."""
    place = "talks" if task.kind == Task.Kind.TALK else "desk/tasks"
    return f"/wellbeing/{place}/{run.pk}/"


def task_of_run(run_id: int, *kinds: str) -> tuple[Task, StepRun] | None:
    """Return the task of a step with the step, of one of these kinds; None for no such."""
    run = StepRun.objects.select_related("lead", "backup", "case").filter(pk=run_id).first()
    if run is None:
        return None
    task = (
        Task.objects.select_related("alert__unit").filter(case=run.case_id, kind__in=kinds).first()
    )
    return (task, run) if task else None


def was_in_hand(run: StepRun, person: Person) -> bool:
    """Test if the step is or was this person's: A, B, or who has finished it."""
    return person.pk in (run.lead_id, run.backup_id, run.ended_by_id)


def has_in_hand(run: StepRun, person: Person) -> bool:
    """Test if the step waits for this person as A or B."""
    return run.state == StepRun.State.OPEN and person.pk in (run.lead_id, run.backup_id)
