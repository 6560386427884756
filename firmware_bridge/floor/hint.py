"""One hint for the next set, drawn from the numbers of the last ones: a table, gravest first."""

from collections.abc import Callable, Sequence

from firmware_bridge.floor.setrecord import SetRecord

_OFTEN = 2  # once is chance
_RANGE_LOST_PCT = 15.0
_CLEAN_SCORE = 95
_CLEAN_SETS = 2  # in a row, before more load is spoken of
_FEW_REPS = 5  # without a target a set of fewer says little

Sets = Sequence[SetRecord]


def hint(sets: Sets) -> str | None:
    """The name of the hint that follows the last of these sets; None if there is nothing to say."""
    sets = [one for one in sets if one.discomfort or not one.restarted]
    if not sets:
        return None
    return next(name for name, applies in HINTS if applies(sets))


def _hurt(sets: Sets) -> bool:
    return sets[-1].discomfort


def _empty(sets: Sets) -> bool:
    return not sets[-1].report["rep_count"]


def _leans_back(sets: Sets) -> bool:
    return _raised(sets[-1], "overshoot") >= _OFTEN


def _too_deep(sets: Sets) -> bool:
    return _raised(sets[-1], "too_deep") >= _OFTEN


def _too_heavy(sets: Sets) -> bool:
    lost = sets[-1].report["range_loss_pct"]
    shaky = _raised(sets[-1], "shaky_top") >= _OFTEN
    return shaky or (lost is not None and lost >= _RANGE_LOST_PCT)


def _thrown(sets: Sets) -> bool:
    return _raised(sets[-1], "thrown_start") >= _OFTEN


def _pads(sets: Sets) -> bool:
    return _raised(sets[-1], "drifting") >= _OFTEN


def _too_quick(sets: Sets) -> bool:
    return _raised(sets[-1], "rushed_lowering") >= _OFTEN


def _could_do_more(sets: Sets) -> bool:
    last = sets[-_CLEAN_SETS:]
    same = {(one.plan.load_kg, one.plan.standard) for one in last}
    return len(last) == _CLEAN_SETS and len(same) == 1 and all(map(_is_clean, last))


def _is_clean(one: SetRecord) -> bool:
    report = one.report
    enough = report["rep_count"] >= (one.plan.target_reps or _FEW_REPS)
    unmarked = not (one.discomfort or one.removed or report["partial_count"])
    graver = ("overshoot", "too_deep", "thrown_start", "shaky_top")
    return (
        enough
        and unmarked
        and report["form_score"] >= _CLEAN_SCORE
        and not any(_raised(one, flag) for flag in graver)
    )


def _raised(one: SetRecord, flag: str) -> int:
    return sum(flag in rep["flags"] for rep in one.report["reps"] if rep["counted"])


HINTS: tuple[tuple[str | None, Callable[[Sets], bool]], ...] = (
    ("discomfort", _hurt),
    (None, _empty),
    ("less_load", _too_heavy),
    ("shorter_range", _too_deep),
    ("stop_tall", _leans_back),
    ("smooth_start", _thrown),
    ("set_pads", _pads),
    ("slower_down", _too_quick),
    ("more_load", _could_do_more),
    ("same_again", lambda sets: True),
)
