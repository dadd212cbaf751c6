"""After a worker's death only what it left undone is handed out again."""

from collections import OrderedDict
from typing import Any

from harness.plugin.scheduling import GroupScheduling

DONE = {"test_a@done": True, "test_b@done": True}
LEFT = {"test_c@left": True, "test_d@left": False}


def test_finished_groups_do_not_come_back() -> None:
    scheduling: Any = GroupScheduling.__new__(GroupScheduling)
    scheduling.assigned_work = {"dead": OrderedDict(done=dict(DONE), left=dict(LEFT))}
    scheduling.workqueue = OrderedDict()
    assert scheduling.remove_node("dead") == "test_d@left"
    assert scheduling.workqueue == {"left": LEFT}
    assert scheduling.assigned_work == {}


def test_a_worker_that_has_done_all_is_only_forgotten() -> None:
    scheduling: Any = GroupScheduling.__new__(GroupScheduling)
    scheduling.assigned_work = {"done": OrderedDict(done=dict(DONE))}
    scheduling.workqueue = OrderedDict()
    assert scheduling.remove_node("done") is None
    assert scheduling.workqueue == {}
