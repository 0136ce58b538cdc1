"""Trust policies, case by case from C2SP tlog-policy. Nothing here is from `audit`."""

from base64 import b64encode
from typing import Any

from tlog_notes import ORIGIN, PLAIN, POST_QUANTUM, TIMED, Key

Case = dict[str, Any]


def policies() -> list[Case]:
    """Policies: the fewest witnesses each needs, which sets of them are enough, and policies that are none."""
    log, second = Key(ORIGIN, PLAIN), Key(ORIGIN, POST_QUANTUM)
    keys = [Key(f"witness-{at}.example", TIMED) for at in range(6)]
    renamed = Key("another.example", TIMED, seed=keys[0].seed)
    x1, x2, x3, y1, y2, y3 = (key.vkey for key in keys)
    three = f"witness a {x1}\nwitness b {x2}\nwitness c {x3}\n"
    example = (
        f"log {log.vkey}\n\nwitness X1 {x1}\nwitness X2 {x2}\nwitness X3 {x3}\ngroup X-witnesses 2 X1 X2 X3\n\n"
        f"witness Y1 {y1}\nwitness Y2 {y2}\nwitness Y3 {y3}\ngroup Y-witnesses any Y1 Y2 Y3\n\n"
        "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
    )
    deep = "".join(f"group g{at + 1} all g{at}\n" for at in range(1100))
    good: list[tuple[str, str | bytes, int, list[str], list[str]]] = [
        ("the example", example, 3, ["X1 X3 Y2", "X1 X2 X3 Y1 Y2 Y3"], ["", "X1 X2", "X1 Y1 Y2 Y3", "X-witnesses Y1"]),
        ("nothing needed", "quorum none\n", 0, ["", "anybody"], []),
        ("logs and witnesses, and nothing needed", f"log {log.vkey}\n{three}quorum none\n", 0, ["", "a"], []),
        ("two keys of one log", f"log {log.vkey} https://log.example/\nlog {second.vkey}\nquorum none\n", 0, [""], []),
        ("one witness", f"{three}quorum b\n", 1, ["b", "a b"], ["", "a c"]),
        ("a threshold with a leading zero", f"{three}group g 02 a b c\nquorum g\n", 2, ["a c"], ["a"]),
        ("a definition after the quorum", f"{three}quorum a\ngroup g all b c\n", 1, ["a"], ["b c", "g"]),
        (
            "names that are keywords",
            f"witness all {x1}\nwitness any {x2}\ngroup group 2 all any\nquorum group\n",
            2,
            ["all any"],
            ["all", "group"],
        ),
        ("names that are numbers", f"witness 1 {x1}\nwitness 2 {x2}\ngroup 3 1 1 2\nquorum 3\n", 1, ["1", "2"], ["3"]),
        (
            "blanks, tabs, comments",
            f" \t# é\n\t#\n\twitness \t w  {x1}\thttps://w.example/ \n \nquorum\tw\t\n",
            1,
            ["w"],
            [],
        ),
        ("a comment sign inside a word", f"witness a#b {x1} #c\nquorum a#b\n", 1, ["a#b"], ["a"]),
        ("Kelvin and K", f"witness K {x1}\nwitness \u212a {x2}\nquorum K\n", 1, ["K"], ["\u212a"]),
        (
            "composed and not",
            f"witness \u00e9 {x1}\nwitness e\u0301 {x2}\nquorum e\u0301\n",
            1,
            ["e\u0301"],
            ["\u00e9"],
        ),
        ("a wide space is part of a name", f"witness a\u00a0b {x1}\nquorum a\u00a0b\n", 1, ["a\u00a0b"], ["a"]),
        ("groups 1,100 deep", f"witness g0 {x1}\n{deep}quorum g1100\n", 1, ["g0"], ["", "g1"]),
        (
            "octets that are no UTF-8",
            b"witness \x80\xff " + x1.encode() + b"\nquorum \x80\xff\n",
            1,
            ["\udc80\udcff"],
            [""],
        ),
    ]
    bad: dict[str, str | bytes] = {
        "nothing": "",
        "no quorum": three,
        "two quorums": "quorum none\nquorum none\n",
        "a quorum of two": f"{three}quorum a b\n",
        "a quorum of nobody": "quorum\n",
        "an unknown quorum": "quorum x\n",
        "a quorum before its witness": f"quorum a\n{three}",
        "the last newline missing": "quorum none",
        "carriage returns": "quorum none\r\n",
        "a form feed": "quorum none\f\n",
        "a zero byte": "quorum none\n#\0\n",
        "a deleted character": "quorum none\n#\x7f\n",
        "an unknown word": "quibble\nquorum none\n",
        "a keyword in capitals": "Quorum none\n",
        "none in capitals": "quorum None\n",
        "a comment behind a line": f"witness a {x1} https://w.example/ # why\nquorum a\n",
        "a log without a key": "log\nquorum none\n",
        "a log with a name": f"log name {log.vkey}\nquorum none\n",
        "a log with two addresses": f"log {log.vkey} a b\nquorum none\n",
        "a log with a witness's key": f"log {x1}\nquorum none\n",
        "a log twice": f"log {log.vkey}\nlog {log.vkey} https://log.example/\nquorum none\n",
        "a log key that is none": "log log.example+00000000+AAAA\nquorum none\n",
        "a log key of another id": f"log {log.vkey.replace(log.key_id.hex(), '00000000')}\nquorum none\n",
        "a witness without a key": "witness a\nquorum none\n",
        "a witness without a name": f"witness {x1}\nquorum none\n",
        "a witness with a log's key": f"witness a {log.vkey}\nquorum a\n",
        "a witness called none": f"witness none {x1}\nquorum none\n",
        "two witnesses of one name": f"witness a {x1}\nwitness a {x2}\nquorum a\n",
        "two witnesses of one key": f"witness a {x1}\nwitness b {renamed.vkey}\nquorum a\n",
        "a group of nobody": f"{three}group g all\nquorum a\n",
        "a group without a threshold": f"{three}group g\nquorum a\n",
        "a group called none": f"{three}group none any a\nquorum none\n",
        "a group called as a witness": f"{three}group a any b\nquorum a\n",
        "two groups of one name": f"{three}group g any a\ngroup g any b\nquorum g\n",
        "an unknown member": f"{three}group g any x\nquorum g\n",
        "none as a member": f"{three}group g any none a\nquorum g\n",
        "a group of itself": f"{three}group g any g\nquorum g\n",
        "a member defined later": f"group g any a\n{three}quorum g\n",
        "a member twice in a group": f"{three}group g all a a\nquorum g\n",
        "a member in two groups": f"{three}group g any a b\ngroup h any a c\nquorum g\n",
        "K for a Kelvin sign": f"witness \u212a {x1}\ngroup g any K\nquorum g\n",
    }
    for threshold in ("0", "00", "-1", "+1", "4", "1.0", "1e0", "0x1", "١", "ALL", "most", "9" * 5000):
        bad[f"the threshold {threshold[:9]}"] = f"{three}group g {threshold} a b c\nquorum g\n"
    cases = [
        {"why": why, "valid": True, "fewest": fewest, "enough": enough, "too_few": few} | _policy(value)
        for why, value, fewest, enough, few in good
    ]
    return cases + [{"why": why, "valid": False} | _policy(value) for why, value in bad.items()]


def _policy(value: str | bytes) -> Case:
    return {"policy": value} if isinstance(value, str) else {"policy_base64": b64encode(value).decode()}
