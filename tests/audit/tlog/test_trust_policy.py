"""Trust policies: the rules of C2SP tlog-policy one by one, and the quorums that decide about real checkpoints."""

import itertools
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import AuditError, MalformedPolicy, MalformedProof, ProofFailed, QuorumNotMet, UnknownSigner
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note import sign_note, write_note
from audit.tlog.note_keys import Algorithm, NoteSignature, Signer, Verifier
from audit.tlog.signers import witness_signers
from audit.tlog.trust_policy import Group, KnownLog, TrustPolicy, parse_policy
from tests.growth import assert_grows_in_proportion

ORIGIN = "log.example/2026"
BODY = Checkpoint(ORIGIN, 7, bytes(32)).body
LOG = Signer(ORIGIN, bytes([1]) * 32)


def witness(number: int, algorithm: Algorithm = Algorithm.ED25519_COSIGNATURE) -> Signer:
    return Signer(f"witness-{number}.example", number.to_bytes(2, "big") * 16, algorithm)


W = [witness(number) for number in range(40)]
SIX = "".join(f"witness {name} {W[at].vkey}\n" for at, name in enumerate(("X1", "X2", "X3", "Y1", "Y2", "Y3")))
EXAMPLE = (
    f"log {LOG.vkey}\n\n{SIX}group X-witnesses 2 X1 X2 X3\n\ngroup Y-witnesses any Y1 Y2 Y3\n\n"
    "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
)


def policy(text: str) -> TrustPolicy:
    return parse_policy(text.encode())


def cosigned(*signers: Signer, log: Signer = LOG) -> bytes:
    return sign_note(BODY, [log, *signers], timestamp_s=1_700_000_000)


def subsets(names: Iterable[str]) -> Iterable[tuple[str, ...]]:
    names = list(names)
    return itertools.chain.from_iterable(itertools.combinations(names, count) for count in range(len(names) + 1))


def test_the_example_of_the_specification_asks_for_two_of_one_side_and_one_of_the_other() -> None:
    example = policy(EXAMPLE)

    for names in subsets(example.witness_names):
        on_x, on_y = (sum(name.startswith(side) for name in names) for side in "XY")
        assert example.is_met_by(names) == (on_x >= 2 and on_y >= 1)
    assert example.needed() == (3, 6)


def test_the_two_keys_of_one_witness_are_not_two_witnesses() -> None:
    ring = {name: witness_signers(f"{name}.example", name.ljust(32).encode()) for name in ("a", "b", "c")}
    lines = [f"witness {name}{at} {key.vkey}\n" for name, keys in ring.items() for at, key in enumerate(keys)]
    groups = "".join(f"group {name} any {name}0 {name}1\n" for name in ring)
    read = policy(f"log {LOG.vkey}\n{''.join(lines)}{groups}group two 2 a b c\nquorum two\n")

    assert read.counters(["a0", "a1", "c1"]) == (2, 2, 3)
    with pytest.raises(QuorumNotMet, match="expected at least 2 witnesses of the quorum, got 1 in all"):
        read.open(cosigned(*ring["a"]))


def test_a_checkpoint_is_trusted_with_the_quorum_and_not_without() -> None:
    example = policy(EXAMPLE)
    trusted = example.open(cosigned(W[0], W[2], W[5]))

    assert trusted.checkpoint == Checkpoint(ORIGIN, 7, bytes(32))
    assert trusted.signed_by == (LOG.verifier,)
    assert [(one.witness, one.timestamp_s) for one in trusted.cosignatures] == [
        ("X1", 1_700_000_000),
        ("X3", 1_700_000_000),
        ("Y3", 1_700_000_000),
    ]
    for signers in ([], [W[0], W[1]], [W[0], W[3], W[4]], [W[0], W[1], W[9]]):
        with pytest.raises(QuorumNotMet):
            example.open(cosigned(*signers))


def test_one_witness_cosigning_twice_counts_once() -> None:
    twice = [W[0].sign(BODY, timestamp_s=time_s) for time_s in (1, 2)]
    note = write_note(BODY, [LOG.sign(BODY), *twice, W[3].sign(BODY)])

    with pytest.raises(QuorumNotMet):
        policy(EXAMPLE).open(note)


def test_a_bad_cosignature_by_a_known_witness_spoils_the_checkpoint() -> None:
    bad = NoteSignature(W[4].name, W[4].verifier.key_id, bytes(72))
    enough = [signer.sign(BODY) for signer in (LOG, W[0], W[1], W[3])]

    with pytest.raises(ProofFailed):
        policy(EXAMPLE).open(write_note(BODY, [*enough, bad]))


def test_the_log_must_sign_too_and_under_its_own_name() -> None:
    other = Signer("other.example", bytes([9]) * 32)
    both = policy(f"log {LOG.vkey}\nlog {other.vkey}\n{SIX}quorum X1\n")

    assert both.open(cosigned(W[0])).signed_by == (LOG.verifier,)
    for log in (other, Signer(ORIGIN, bytes([8]) * 32)):
        with pytest.raises(UnknownSigner):
            both.open(cosigned(W[0], log=log))
    with pytest.raises(UnknownSigner):
        both.open(sign_note(BODY, [W[0]]))


def test_a_policy_without_logs_trusts_no_checkpoint() -> None:
    with pytest.raises(UnknownSigner):
        policy("quorum none\n").open(cosigned())


def test_any_of_several_logs_is_believed() -> None:
    other = Signer("other.example", bytes([9]) * 32)
    both = policy(f"log {LOG.vkey} https://a.example/\nlog {other.vkey}\nquorum none\n")
    text = BODY.replace(ORIGIN, "other.example")

    assert [log.url for log in both.logs] == ["https://a.example/", None]
    assert both.open(sign_note(text, [other])).checkpoint.origin == "other.example"
    assert both.open(cosigned()).checkpoint.origin == ORIGIN


def test_what_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(MalformedProof):
        policy(f"log {LOG.vkey}\nquorum none\n").open(sign_note("any text\n", [LOG]))


def test_addresses_are_kept_as_they_are() -> None:
    read = policy(f"witness a {W[0].vkey} https://w.example/ünder/\nwitness b {W[1].vkey}\nquorum a\n")

    assert [one.url for one in read.witnesses] == ["https://w.example/ünder/", None]


def test_thirty_two_logs_witnesses_and_groups_are_accepted() -> None:
    """The least that the specification strongly recommends; here 40 of each, with keys of both types."""
    kinds = (Algorithm.ED25519, Algorithm.ML_DSA_44)
    logs = [Signer(f"log-{at}.example", bytes([at]) * 32, kinds[at % 2]) for at in range(40)]
    witnesses = [witness(at, (Algorithm.ED25519_COSIGNATURE, Algorithm.ML_DSA_44)[at % 2]) for at in range(40)]
    lines = [f"log {log.vkey}" for log in logs]
    lines += [f"witness w{at} {one.vkey}" for at, one in enumerate(witnesses)]
    lines += ["group g0 all w0"] + [f"group g{at} all g{at - 1} w{at}" for at in range(1, 40)] + ["quorum g39"]

    read = policy("\n".join(lines) + "\n")

    assert (len(read.logs), len(read.witnesses), len(read.groups)) == (40, 40, 40)
    assert read.needed() == (40, 40)
    note = sign_note(BODY.replace(ORIGIN, "log-7.example"), [logs[7], *witnesses])
    assert len(read.open(note).cosignatures) == 40


@settings(deadline=None)
@given(st.data())
def test_any_tree_of_groups_decides_as_the_definition_does(data: st.DataObject) -> None:
    """A group has witnessed once k of its members have: checked by recursion over a drawn tree."""
    free, lines, tree = [f"w{at}" for at in range(8)], [], {}
    lines += [f"witness w{at} {W[at].vkey}" for at in range(8)]
    for number in range(data.draw(st.integers(1, 5))):
        members = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=4, unique=True)) if free else []
        if not members:
            break
        needed = data.draw(st.integers(1, len(members)))
        free = [name for name in free if name not in members] + [f"g{number}"]
        tree[f"g{number}"] = (needed, members)
        words = data.draw(st.sampled_from([str(needed)] + ["all"] * (needed == len(members)) + ["any"] * (needed == 1)))
        lines.append(f"group g{number} {words} {' '.join(members)}")
    quorum = data.draw(st.sampled_from([*tree, "w0"]))

    def is_met(name: str, names: tuple[str, ...]) -> bool:
        needed, members = tree.get(name, (0, []))
        return sum(is_met(member, names) for member in members) >= needed if name in tree else name in names

    read = policy("\n".join([*lines, f"quorum {quorum}"]) + "\n")
    enough = [names for names in subsets(f"w{at}" for at in range(8)) if is_met(quorum, names)]
    assert all(read.is_met_by(names) == is_met(quorum, names) for names in subsets(read.witness_names))
    assert read.needed() == (min(map(len, enough)), 8)


def test_the_name_of_a_group_given_as_a_witness_proves_nothing() -> None:
    assert not policy(EXAMPLE).is_met_by(["X-and-Y", "X-witnesses", "Y-witnesses"])


def test_names_that_unicode_calls_equal_are_different() -> None:
    read = policy(f"witness K {W[0].vkey}\nwitness \u212a {W[1].vkey}\ngroup g all K \u212a\nquorum g\n")

    assert read.witness_names == ("K", "\u212a")
    assert not read.is_met_by(["K"])
    assert read.is_met_by(["K", "\u212a"])


def test_octets_that_are_no_utf_8_are_kept_apart() -> None:
    lines = [
        b"witness \x80 " + W[0].vkey.encode(),
        b"witness \x81 " + W[1].vkey.encode(),
        b"witness \xc2\x80 " + W[2].vkey.encode(),
        b"quorum \x80",
    ]
    read = parse_policy(b"\n".join(lines) + b"\n")

    assert len(set(read.witness_names)) == 3
    assert read.is_met_by([read.witness_names[0]])
    assert not read.is_met_by(read.witness_names[1:])


@pytest.mark.parametrize("octet", range(256))
def test_every_octet_is_allowed_in_a_comment_or_not_as_specified(octet: int) -> None:
    text = b"#" + bytes([octet]) + b"#\nquorum none\n"

    if octet in (0x09, 0x0A) or 0x20 <= octet <= 0x7E or octet >= 0x80:
        assert parse_policy(text).quorum == "none"
    else:
        with pytest.raises(MalformedPolicy):
            parse_policy(text)


@pytest.mark.parametrize("octet", range(128))
def test_only_spaces_and_tabs_part_words(octet: int) -> None:
    text = b"quorum" + bytes([octet]) + b"none\n"

    if octet in (0x09, 0x20):
        assert parse_policy(text).quorum == "none"
    else:
        with pytest.raises(MalformedPolicy):
            parse_policy(text)


def test_a_log_and_a_witness_may_share_a_key_and_two_witnesses_may_not() -> None:
    shared = Signer("both.example", bytes([5]) * 32, Algorithm.ML_DSA_44)
    renamed = Signer("other.example", bytes([5]) * 32, Algorithm.ML_DSA_44)

    both = policy(f"log {shared.vkey}\nwitness a {shared.vkey}\nquorum a\n")
    trusted = both.open(sign_note(BODY.replace(ORIGIN, "both.example"), [shared], timestamp_s=3))

    assert (trusted.signed_by, trusted.cosignatures[0].witness) == ((shared.verifier,), "a")
    for text in (f"witness a {shared.vkey}\nwitness b {renamed.vkey}", f"log {shared.vkey}\nlog {renamed.vkey}"):
        with pytest.raises(MalformedPolicy):
            policy(f"{text}\nquorum none\n")


def test_an_error_names_the_line_and_no_name() -> None:
    with pytest.raises(MalformedPolicy, match=r"^line 3 of the policy: ") as refused:
        policy(f"# who\nwitness secret {W[0].vkey}\nwitness secret {W[1].vkey}\nquorum none\n")

    assert "secret" not in str(refused.value)


def test_keys_given_one_by_one_are_all_needed() -> None:
    second = Signer(ORIGIN, bytes([2]) * 32, Algorithm.ML_DSA_44)

    assert TrustPolicy.of_keys([LOG.vkey, LOG.vkey]).open(cosigned()).signed_by == (LOG.verifier,)
    assert TrustPolicy.of_keys([LOG.vkey]).needed() == (0, 0)
    with pytest.raises(ProofFailed):
        TrustPolicy.of_keys([LOG.vkey, second.vkey]).open(cosigned())


@pytest.mark.parametrize(
    ("vkeys", "error"),
    [
        ([], MalformedPolicy),
        ([W[0].vkey], MalformedPolicy),
        ([LOG.vkey, Signer("other.example", bytes(32)).vkey], MalformedPolicy),
        (["log.example"], MalformedProof),
        ([""], MalformedProof),
    ],
)
def test_keys_that_make_no_policy_are_refused(vkeys: list[str], error: type[AuditError]) -> None:
    with pytest.raises(error):
        TrustPolicy.of_keys(vkeys)


def test_a_policy_beyond_the_limit_is_refused() -> None:
    with pytest.raises(MalformedPolicy):
        parse_policy(b"#" * 1_000_000 + b"\nquorum none\n")


def many_witnesses(count: int) -> str:
    keys = (Verifier(f"w{at}", at.to_bytes(32, "big"), Algorithm.ED25519_COSIGNATURE).vkey for at in range(count))
    return "".join(f"witness w{at} {key}\n" for at, key in enumerate(keys)) + "quorum w0\n"


def nested_groups(count: int) -> str:
    inside = "".join(f"group g{at + 1} all g{at}\n" for at in range(count))
    return f"witness g0 {W[0].vkey}\n{inside}quorum g{count}\n"


# Made to keep a careless parser busy or to end its stack.
HOSTILE: dict[str, tuple[Callable[[int], str], int]] = {
    "witnesses": (many_witnesses, 4_000),
    "groups one in another": (nested_groups, 16_000),
    "blanks": (lambda count: " \t" * count + "\nquorum none\n", 200_000),
    "lines": (lambda count: " \n" * count + "quorum none\n", 200_000),
    "one long name": (lambda count: f"witness {'n' * count} {W[0].vkey}\nquorum none\n", 400_000),
}


@pytest.mark.slow
@pytest.mark.parametrize(("made", "largest"), HOSTILE.values(), ids=HOSTILE.keys())
def test_policies_are_read_in_time_proportional_to_their_size(made: Callable[[int], str], largest: int) -> None:
    def read(text: str) -> None:
        read = policy(text)
        fewest, _ = read.needed()
        assert read.is_met_by(read.witness_names[:1])
        assert fewest == (0 if read.quorum == "none" else 1)

    assert_grows_in_proportion(made, read, largest)


def test_a_policy_made_by_hand_decides_in_the_order_of_its_groups() -> None:
    made = TrustPolicy((KnownLog(LOG.verifier),), groups={"g": Group(1, ("a",))}, quorum="g")

    assert not made.is_met_by(["a"])
