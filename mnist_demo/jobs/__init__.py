"""The server's side of training: the queue of jobs, and the executors that run trainings."""

from mnist_demo.jobs.executor import Executor, RunningTraining

__all__ = ["Executor", "RunningTraining"]
