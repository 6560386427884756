"""What the live path has to say, and when."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "set_started",
    "phase",
    "rep",
    "partial",
    "overshoot",
    "overshoot_cleared",
    "flag",
    "set_ended",
    "sensor",
]


@dataclass(frozen=True)
class Event:
    """`t_s` is when it happened in the motion, `detected_s` the newest sample used to say so."""

    kind: Kind
    t_s: float
    detected_s: float
    data: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.to_dict()[key]

    def to_dict(self) -> dict[str, Any]:
        """The event as one flat JSON object."""
        return {
            "kind": self.kind,
            "t_s": round(self.t_s, 4),
            "detected_s": round(self.detected_s, 4),
            **self.data,
        }
