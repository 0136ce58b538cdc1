"""The codes in entries are those of the programs that write them: no program has one that the log cannot hold."""

from enum import StrEnum

import pytest

from audit.entries.details.codes import ChoiceMethod, LeagueRole, OrganisationType, ProposalAnswer
from client.coaching.review import ReviewAnswer
from consent.grants.values import ConsentMethod
from consent.registry.values import OrgKind
from server.web.staff import StaffRole

OF_THE_LOG_ALONE = frozenset({ProposalAnswer.TAKEN_BACK})  # no answer of its own: it ends one


@pytest.mark.parametrize(
    ("codes", "members"),
    [
        (ChoiceMethod, ConsentMethod),
        (OrganisationType, OrgKind),
        (ProposalAnswer, ReviewAnswer),
        (LeagueRole, StaffRole),
    ],
)
def test_every_member_of_a_program_has_its_code(codes: type[StrEnum], members: type[StrEnum]) -> None:
    own = [code for code in codes if code not in OF_THE_LOG_ALONE]
    assert [code.value for code in own] == [member.value for member in members]
