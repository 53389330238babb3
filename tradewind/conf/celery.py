"""Celery behind the same `@task`: only TRADEWIND_JOBS=celery and TRADEWIND_BROKER_URL change.

Start a worker with ``celery -A tradewind.conf.celery worker`` or `tradewind worker`.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, shared_task
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task as DjangoTask
from django_tasks.base import TaskResult, TaskResultStatus
from django_tasks.signals import task_enqueued
from django_tasks.utils import get_random_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradewind.conf.settings")


def _configured() -> Celery:
    from django.conf import settings

    made = Celery("tradewind", broker=settings.BROKER_URL)
    made.conf.update(
        task_ignore_result=True,  # answers live in the job's row
        task_acks_late=True,  # a worker that dies gives its message back; claiming makes that harmless
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": 600},
        task_serializer="json",
        accept_content=["json"],
        worker_hijack_root_logger=False,
    )
    return made


app = _configured()


@shared_task(name="tradewind.run", max_retries=0)  # type: ignore[untyped-decorator]  # Celery has no types
def run(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Call the function of a `@task` by its path, as the database-backed worker does."""
    from django.utils.module_loading import import_string

    found = import_string(path)
    assert isinstance(found, DjangoTask), f"{path} is not a task"
    found.call(*args, **kwargs)


class CeleryBackend(BaseTaskBackend):
    """A backend of Django's task API that sends to Celery; results are kept by our jobs, not here."""

    supports_defer = True
    supports_async_task = True
    supports_priority = True

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> TaskResult[Any]:
        """Send a task. Raises kombu's OperationalError when the broker cannot be reached."""
        self.validate_task(task)
        result: TaskResult[Any] = TaskResult(
            task=task,
            id=get_random_id(),
            status=TaskResultStatus.READY,
            enqueued_at=None,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        app.send_task(
            "tradewind.run",
            args=[task.module_path, result.args, result.kwargs],
            task_id=result.id,
            eta=task.run_after,
            retry=False,
        )
        task_enqueued.send(type(self), task_result=result)
        return result
