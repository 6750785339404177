"""Tasks: the verbs that users expect of a memory, for every model on every backend."""

from neuro.tasks.memory import AssociativeMemory
from neuro.tasks.program import Answer, MemoryOperation, ProgramRun, answers_document

__all__ = ["Answer", "AssociativeMemory", "MemoryOperation", "ProgramRun", "answers_document"]
