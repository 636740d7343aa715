"""An observation in words, for policies that read: language models, and people."""

from __future__ import annotations

import math

from ._policy import CLASSES, EGO, OBJECT, Observations

#: Fields by name.
Row = dict[str, float]

#: What the map says of a place that is not there.
_NONE = 1000.0


def describe(observations: Observations, world: int = 0) -> str:
    """The observation of one world of a batch, in words.

    What a person would say of what a policy is told, rounded to what a sentence can carry (0.1 m, 0.1 m/s). Headings, curvatures and the age
    of the measurements are left out; what is not seen is not mentioned. Distances ahead are from the front bumper for places of the map, from
    the rear axle for objects.

    Args:
        observations: a batch.
        world: row of the batch.

    Returns:
        Lines of text: the ego and the weather, the road ahead, then one line for each object, the nearest first.
    """
    ego = {name: float(observations.ego[world, k]) for name, k in EGO.items()}
    rows = observations.objects[world]
    things = [
        ({name: float(row[k]) for name, k in OBJECT.items()}, identity)
        for row, identity, held in zip(rows, observations.ids[world], observations.mask[world], strict=True)
        if held
    ]
    things.sort(key=lambda thing: math.hypot(thing[0]["x_m"], thing[0]["y_m"]))
    lines = [_ego(ego), _conditions(ego), *_places(ego)]
    lines.append("You perceive:" if things else "You perceive nobody and nothing on or beside the road.")
    lines += [f"- #{identity} {_thing(thing)}" for thing, identity in things]
    return "\n".join(lines)


def _ego(row: Row) -> str:
    turn = row["route_curvature_ahead"]
    bend = "straight on" if abs(turn) < 1e-3 else f"bending {_side(turn)} with radius {1 / abs(turn):.0f} m"
    return (
        f"You drive at {row['speed_mps']:.1f} m/s, acceleration {row['accel_mps2']:+.1f} m/s². The limit is {row['limit_mps']:.1f} m/s, "
        f"your task asks for {row['desired_mps']:.1f} m/s. The road goes {bend}; it can be driven on from {row['left_edge_m']:.1f} m "
        f"to the left to {-row['right_edge_m']:.1f} m to the right of your path; {_offset(row['route_d_m'])}. "
        f"Your place is {row['end_m']:.0f} m ahead."
    )


def _conditions(row: Row) -> str:
    light, friction = row["light"], row["friction"]
    day = "daylight" if light > 0.8 else "dusk" if light > 0.3 else "night"
    said = f"It is {day}; friction is {friction:.2f}; a person can be detected up to {row['sight_m']:.0f} m away."
    if row["sound"] > 0.5:
        bearing = math.degrees(math.atan2(row["sound_sin"], row["sound_cos"]))
        said += f" You hear a siren, bell or horn, about {abs(bearing):.0f}° to the {_side(bearing)} of ahead."
    return said


def _places(row: Row) -> list[str]:
    said = []
    if row["signal_m"] < _NONE:
        colour = ("green", "amber", "red")[round(row["signal_state"])]
        said.append(f"A traffic light shows {colour}; its stop line is {_ahead(row['signal_m'])}.")
    for name, what in (("crosswalk_m", "A crosswalk"), ("junction_m", "A junction")):
        if row[name] < _NONE:
            said.append(f"{what} is {_ahead(row[name])}.")
    if row["zone_m"] < _NONE:
        where = "here" if row["zone_m"] <= 0 else _ahead(row["zone_m"])
        said.append(f"A stretch with a limit of {row['zone_limit_mps']:.1f} m/s is in force {where}.")
    return said


def _thing(row: Row) -> str:
    name = CLASSES[round(row["class"])].replace("_", " ")
    sure = row["class_probability"]
    kind = name if sure > 0.95 else f"{name} (probability {sure:.2f})"
    along, across = row["route_vs_mps"], row["route_vd_mps"]
    moves = [f"{abs(along):.1f} m/s {'with you' if along > 0 else 'against your way'}"] if abs(along) >= 0.3 else []
    # Which way is into the ego's path depends on the side.
    if abs(across) >= 0.3:
        moves.append(f"{abs(across):.1f} m/s {'towards' if across * row['route_d_m'] < 0 else 'away from'} your path")
    said = [
        f"{kind}: {_ahead(row['x_m'])}, {abs(row['y_m']):.1f} m to the {_side(row['y_m'])} (±{row['sigma_m']:.1f} m)",
        f"{abs(row['route_d_m']):.1f} m {_side(row['route_d_m'])} of your path",
        "moves " + " and ".join(moves) if moves else "stands",
        f"{2 * row['half_length_m']:.1f} m long, {2 * row['half_width_m']:.1f} m wide, {row['height_m']:.1f} m high",
        *_lamps(row),
        *_cues(row),
    ]
    return "; ".join(said) + "."


def _lamps(row: Row) -> list[str]:
    lamps = [
        (row["brake_lamp"] > 0.5, "brake lamps on"),
        (row["indicator"] > 0.5, "indicates to its left"),
        (row["indicator"] < -0.5, "indicates to its right"),
        (row["warning_lamp"] > 0.5, "warning lamps on"),
        (row["stop_arm"] > 0.5, "red lamps and stop arm out"),
        (row["beacon"] > 0.5, "emergency lamps flash"),
    ]
    return [said for lit, said in lamps if lit]


def _cues(row: Row) -> list[str]:
    said = []
    if row["gaze"] >= 0:
        said.append("looks at you" if row["gaze"] > 0.5 else "does not look at you")
    if row["posture"] >= 0:
        said.append(f"body turned to the road by {row['posture']:.2f} of 1")
    if row["gesture"] > 0.5:
        said.append("waves you on" if row["gesture"] < 1.5 else "signs you to stop")
    if row["intention"] >= 0:
        said.append(f"viewers would rate its wish to cross at {row['intention']:.2f} of 1")
    if row["lamp"] >= 0:
        said.append(f"a lamp tells of its driver's next move: {row['lamp']:.2f} of 1")
    return said


def _side(left: float) -> str:
    return "left" if left > 0 else "right"


def _offset(left: float) -> str:
    return "you are on it" if abs(left) < 0.05 else f"you are {abs(left):.1f} m to the {_side(left)} of it"


def _ahead(metres: float) -> str:
    return f"{metres:.1f} m ahead" if metres >= 0 else f"{-metres:.1f} m behind"
