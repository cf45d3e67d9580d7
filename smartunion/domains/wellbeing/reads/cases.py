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


def had_part(run_id: int, person: Person) -> bool:
    """Test if a step of a care task is or was this person's."""
    run = StepRun.objects.filter(pk=run_id).first()
    return (
        run is not None
        and was_in_hand(run, person)
        and Task.objects.filter(case=run.case_id).exists()
    )


def readable(run_id: int, person: Person) -> list[Task]:
    """Return the tasks whose sealed record somebody may read back, coming from one step.

    Its own where they have written it; while an assessment or a review is in their hands, those of
    the same alert that were done before.
    """
    run = StepRun.objects.filter(pk=run_id).first()
    task = Task.objects.filter(case=run.case_id).first() if run else None
    if run is None or task is None:
        return []
    done = Task.objects.select_related("alert", "done_by").exclude(done_at=None)
    if task.kind != Task.Kind.TALK and has_in_hand(run, person):
        return list(done.filter(alert=task.alert_id).order_by("done_at"))
    return list(done.filter(pk=task.pk, done_by=person))
