"""What the next set is to be: load, form standard, target repetitions and tempo."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from config import FormStandard
from config.standard import Tempo

Load = Annotated[float, Meta(ge=0, le=500)]
Target = Annotated[int, Meta(ge=1, le=100)]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`load_kg`, `target_reps` and `target_tempo` None: not said. `standard`: its name."""

    standard: str = "standard"
    load_kg: Load | None = None
    target_reps: Target | None = None
    target_tempo: Tempo | None = None

    def form(self, standards: Mapping[str, FormStandard]) -> FormStandard:
        """The form standard that such a set is judged by."""
        chosen = msgspec.structs.asdict(standards[self.standard])
        return FormStandard(**chosen | {"target_tempo": self.target_tempo})
