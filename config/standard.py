"""What a good rep is: the form standards."""

from typing import Annotated

from msgspec import Meta

from config.fields import Checked, FieldError

Angle = Annotated[float, Meta(ge=0, le=180)]
Travel = Annotated[float, Meta(gt=0, le=180)]
Tempo = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,2}(\.[0-9]{1,2})?(-[0-9]{1,2}(\.[0-9]{1,2})?){3}\Z",
        description='four times in seconds like "3-1-2-1": lowering, bottom, raising, top',
    ),
]


class FormStandard(Checked, frozen=True, kw_only=True):
    """Thresholds of one form standard; degrees, seconds. None means "not judged".

    The first three decide what counts, the others only judge form. Raises FieldError
    (a ValueError) that names the field, its value and what is allowed.
    """

    top_zone_deg: Angle = 9.0
    min_travel_deg: Travel = 8.0
    min_depth_deg: Angle = 15.0
    neutral_tolerance_deg: Angle = 3.0
    max_depth_deg: Angle | None = None
    target_depth_deg: Angle | None = None
    min_eccentric_s: Annotated[float, Meta(ge=0, le=60)] = 1.0
    min_top_hold_s: Annotated[float, Meta(ge=0, le=60)] = 0.2
    max_start_accel_dps2: Annotated[float, Meta(gt=0, le=100_000)] = 500.0
    max_shake_deg: Annotated[float, Meta(gt=0, le=45)] = 0.12
    target_tempo: Tempo | None = None
    set_rest_s: Annotated[float, Meta(ge=5, le=600)] = 20.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_depths(self)
        if self.tempo_s and not (self.tempo_s[0] and self.tempo_s[2]):
            raise FieldError("target_tempo", self.target_tempo, "over 0 s for both strokes")

    @property
    def tempo_s(self) -> tuple[float, float, float, float] | None:
        """The target tempo: eccentric, bottom hold, concentric, top hold; seconds."""
        if self.target_tempo is None:
            return None
        eccentric, bottom, concentric, top = map(float, self.target_tempo.split("-"))
        return eccentric, bottom, concentric, top


def _check_depths(s: FormStandard) -> None:
    low, high = s.min_depth_deg, s.max_depth_deg
    if not s.top_zone_deg < low:
        allowed = f"below min_depth_deg ({low:g}): a rep must leave the top to come back to it"
        raise FieldError("top_zone_deg", s.top_zone_deg, allowed)
    if high is not None and not high > low:
        raise FieldError("max_depth_deg", high, f"over min_depth_deg ({low:g})")
    target = s.target_depth_deg
    if target is not None and not low <= target <= (180.0 if high is None else high):
        upto = "" if high is None else f" and at most max_depth_deg ({high:g})"
        raise FieldError("target_depth_deg", target, f"at least min_depth_deg ({low:g}){upto}")


STANDARDS: dict[str, FormStandard] = {
    "standard": FormStandard(),
    # Learning the movement: a smaller range counts and is not to be exceeded yet, and the top
    # need not be exact. Lowering slowly is asked of everybody.
    "beginner": FormStandard(
        min_travel_deg=7.0,
        min_depth_deg=13.0,
        max_depth_deg=45.0,
        neutral_tolerance_deg=5.0,
        max_shake_deg=0.2,
    ),
    # For a touchy lower back: no deep flexion under load, hardly any leaning back, no jerks.
    "gentle": FormStandard(
        max_depth_deg=30.0,
        neutral_tolerance_deg=2.0,
        min_eccentric_s=1.5,
        max_start_accel_dps2=350.0,
    ),
}
