"""The server's side of training: the queue, and where trainings run."""

from mnist_demo.jobs.executor import Executor, RunningTraining

__all__ = ["Executor", "RunningTraining"]
