"""Why a calibration ends without a result, and what is to be done once more: names and words."""

from dataclasses import dataclass

# Ends the guide; the calibration before stays in force. Says what was measured and what to do.
REFUSALS = {
    "moving": "the lever did not stay still for {still_s:g} s within {within_s:g} s (it moved by "
    "{moved_deg:.1f}° in the last 2 s): hold still, or rest the lever, and start again",
    "bad_samples": "{bad_pct:.0f}% of the samples were wrong or missing (up to {most_pct:g}% are "
    "fine): check the sensor's cable and magnet, and start again",
    "no_answer": "the sensor does not answer: check its wiring, and start again",
    "magnet_missing": "the sensor sees no magnet: put it over the middle of the sensor, 0.5 to "
    "3 mm away, and start again",
    "magnet_weak": "the magnet is too weak for the sensor (gain {agc}): bring it nearer, and "
    "start again",
    "magnet_strong": "the magnet is too strong for the sensor (gain {agc}): move it away a little, "
    "and start again",
    "not_lowered": "the lever was not lowered within {within_s:g} s (it moved by "
    "{moved_deg:.1f}°): start again, and lower it to its stop after the first hold",
    "stuck": "the sensor gave {counts} and no other count for {within_s:g} s: if the lever was "
    "lowered, the sensor is stuck or its magnet does not turn; repair it, and start again",
    "short_travel": "neutral and stop are {travel_deg:.1f}° apart, under {least_deg:g}°: lower the "
    "lever to its stop, check machine.gear ({gear:g}), and start again",
    "long_travel": "neutral and stop are {travel_deg:.1f}° apart, over {most_deg:g}°: check "
    "machine.gear ({gear:g}), and start again",
    "not_one_turn": "a travel of {travel_deg:.1f}° with gear {gear:.2f} does not stay in one turn "
    "of the sensor: gear it down, and start again",
    "neutral_not_end": "the lever was {beyond_deg:.1f}° beyond neutral: take neutral standing "
    "tall, at the top of the movement, and start again",
    "stop_not_end": "the lever was {beyond_deg:.1f}° beyond the stop that was taken: lower it "
    "without a pause until it rests on its stop, and start again",
    "upside_down": "the lever lay still in the first hold and swayed by {moved_deg:.1f}° in the "
    "second, as if it was held at the top there: first stand tall, then lower it, and start again",
    "turned_round": "the counts go the other way than in the calibration before: neutral and stop "
    "were mixed up, or the sensor was turned round, which three slow reps prove: start again",
    "unseen": "the sensor turned by {turned_deg:.0f}° while samples were missing for "
    "{missing_s:.1f} s: check the cable, and start again",
    "no_data": "no samples for {silent_s:.0f} s: check the cable and the power, and start again",
    "cancelled": "cancelled",
}

# The guide goes on; what was asked for is to be done once more.
NOTES = {
    "hold_still": "the lever did not stay still: hold it, and give {angle_deg:g}° again",
    "bad_samples": "too many samples were wrong or missing: give {angle_deg:g}° again",
    "unlikely_angle": "a lever is between {least_deg:g}° and {most_deg:g}°: read it again",
    "misread": "{angle_deg:g}° does not fit the others and is left out: go there and read it again",
    "wrong_way": "the readings fall while the lever goes down and are left out: turn the "
    "inclinometer round, zero it at neutral, and take them again",
    "too_close": "{angle_deg:g}° is too close to the others and is left out: take one elsewhere",
    "no_fit": "the readings do not fit together and are left out: zero the inclinometer at "
    "neutral, and take them again",
}


@dataclass(frozen=True)
class Said:
    """One of the above: its name, its words, and the figures in them."""

    name: str
    words: str
    values: dict[str, float | int]

    def to_dict(self) -> dict[str, object]:
        return {"name": self.name, "words": self.words, "values": self.values}


def refusal(name: str, **values: float | int) -> Said:
    return Said(name, REFUSALS[name].format(**values), values)


def note(name: str, **values: float | int) -> Said:
    return Said(name, NOTES[name].format(**values), values)
