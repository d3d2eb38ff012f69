"""Scores and outcomes, and the files that scores, sessions and people came in with."""

from assessments.models.imports import IMPORT_MOVES, BroughtRow, FilePiece, Import, KeptMapping, StagedRow
from assessments.models.scores import Outcome, OutcomeQuerySet, ScaleVersion, Score, ScoreQuerySet

__all__ = [
    "IMPORT_MOVES",
    "BroughtRow",
    "FilePiece",
    "Import",
    "KeptMapping",
    "Outcome",
    "OutcomeQuerySet",
    "ScaleVersion",
    "Score",
    "ScoreQuerySet",
    "StagedRow",
]
