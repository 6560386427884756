"""Sets in a file of another logger."""

from datetime import UTC, datetime, timedelta

from analysis import SetReport
from config import FormStandard
from firmware_bridge.errors import StoreError, TraceError
from firmware_bridge.floor.plan import Plan
from firmware_bridge.floor.setrecord import SetRecord
from firmware_bridge.floor.store.keeping import Measuring
from firmware_bridge.floor.store.reanalysis import NO_NAME, AnglesOf, each_kept
from firmware_bridge.floor.store.store import Samples
from firmware_bridge.floor.store.storedset import StoredSet


def imported(
    samples: Samples,
    name: str,
    began: datetime,
    plan: Plan,
    form: FormStandard,
    measuring: Measuring,
    uid: str,
    angles_of: AnglesOf,
) -> list[StoredSet]:
    """The sets in the samples of a file called `name`, the first of which was taken at `began`.

    Raises StoreError if there is none, and what `angles_of` raises.
    """
    blank = SetRecord(1, plan, form, SetReport(()).to_dict(), "closed", rest_from_s=0.0)
    one = StoredSet(
        uid=uid,
        record=blank,
        started_utc=began.astimezone(UTC),
        utc_offset_min=round((began.utcoffset() or timedelta()).total_seconds() / 60),
        calibration=measuring.calibration,
        source="import",
    )
    try:
        times, angles = angles_of(one, samples)
    except TraceError as error:
        raise TraceError(str(error).replace(NO_NAME, name, 1)) from None
    found = list(each_kept(one, (times, angles), times[0]))
    if not found:
        raise StoreError(f"{name}: no reps and no partials found, so there is no set to keep")
    return found
