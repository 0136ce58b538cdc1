"""Organisation pseudonyms: the stable two words under which an organisation stands in the public log."""

import hashlib
import hmac
from collections.abc import Container

# Two lists we chose; their product leaves room for the 500 nodes of a large league.
_FIRST = (
    "amber ashen autumn azure bold brass brave bright brisk bronze calm cedar chalk cherry clear clever cobalt "
    "copper coral crimson crisp daring dawn deep dusky eager early ebony elder ember emerald evening fair fern "
    "fleet flint fresh frosty gentle gilded glad golden granite green grey hardy hazel heather hidden honest "
    "humble indigo iron ivory jade jolly keen kind lively lilac linen lucky lunar maple marble mellow merry misty "
    "mossy nimble noble north oaken olive opal patient pearl pine plain plum polar proud quartz quick quiet rapid "
    "red river rosy royal ruby russet rustic sable saffron sandy scarlet sea shady silent silver slate smooth "
    "snowy soft solar solid spring steady stone stormy summer sunny swift tall tawny teal tidal timber upland "
    "velvet violet warm western wheat white wild willow winter wise yellow"
).split()
_SECOND = (
    "avocet badger bass bat beaver bee bison bittern boar bream bunting buzzard carp cod condor coot cormorant "
    "crane cricket crow curlew deer dipper dolphin dotterel dove duck dunlin eagle egret eider elk falcon ferret "
    "finch fox frog gannet gecko godwit goose goshawk grebe grouse gull hare harrier hawk hedgehog heron herring "
    "hoopoe ibex ibis jackdaw jay kestrel kingfisher kite kittiwake knot lapwing lark linnet lizard lynx magpie "
    "mallard marten martin merlin minnow mole moose moth newt nightjar nuthatch oriole osprey otter owl oyster "
    "partridge perch petrel pheasant pigeon pike pintail pipit plover puffin quail raven redstart robin rook ruff "
    "salmon sandpiper seal shrike siskin skua skylark snipe sparrow squirrel starling stoat stork swallow swan "
    "swift teal tern thrush tortoise trout turnstone viper vole warbler weasel whale wigeon wolf woodcock wren"
).split()


def pseudonym(org_id: str, secret: bytes, *, taken: Container[str] = ()) -> str:
    """Return the organisation's organisation pseudonym, for example "Quiet heron".

    Only who holds `secret` can say which organisation it is. The name depends on nothing else but `taken`:
    pass the names that earlier organisations hold, and a clash moves on to the next free one.
    """
    attempt = 0
    while True:
        digest = hmac.digest(secret, f"homefield-cover-v1\n{attempt}\n{org_id}".encode(), hashlib.sha256)
        number = int.from_bytes(digest[:8], "big")
        name = f"{_FIRST[number % len(_FIRST)].capitalize()} {_SECOND[number // len(_FIRST) % len(_SECOND)]}"
        if name not in taken:
            return name
        attempt += 1
