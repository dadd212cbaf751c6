"""xdist's scheduler by groups, mended for workers that die.

When a worker dies, pytest-xdist 3.8 hands out again also the groups that it had finished. A group
without a test to run wakes nobody, so the run could wait for ever at its end.
"""

from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController


class GroupScheduling(LoadGroupScheduling):
    """Only groups with tests left go back into the queue."""

    def remove_node(self, node: WorkerController) -> str | None:
        """The test that the worker died in, if it had one."""
        assigned = self.assigned_work[node]
        for scope in [name for name, tests in assigned.items() if all(tests.values())]:
            del assigned[scope]
        crashed: str | None = super().remove_node(node)
        return crashed
