"""The whole main job, step by step, with the programs as separate processes (docs/architecture.md §2 and §3)."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo.errors import StepFailed
from deploy.demo.league import campaigns as training
from deploy.demo.league import errors_table, founding, witnesses
from deploy.demo.league.publication import wait_until_published
from deploy.demo.league.sources import SYNTHETIC, Sources, prepare
from deploy.demo.league.witnesses import WitnessState
from deploy.demo.people import choices, staff
from deploy.demo.people.budget import rounds_used
from deploy.demo.plan import WITNESSES, Club, DemoPlan, Person
from deploy.demo.processes import League
from deploy.demo.side_by_side import side_by_side
from deploy.demo.summary import CampaignSummary, Errors, Summary, Withdrawal
from deploy.demo.tick import Tick
from models.features import RECOVERY_SCHEMA, RISK_SCHEMA

ROUNDS, WITHDRAWS_AFTER_ROUND = 8, 2
RELEASE_FOR = timedelta(days=90)


@dataclass(slots=True)
class Stopwatch:
    """Seconds per step and in all."""

    began: float = field(default_factory=time.monotonic)
    steps: dict[str, float] = field(default_factory=dict)

    def total(self) -> dict[str, float]:
        """Every step and the total, in seconds."""
        return {name: round(s, 1) for name, s in self.steps.items()} | {
            "total": round(time.monotonic() - self.began, 1)
        }


@dataclass(slots=True)
class Story:
    """One run: `tell` does everything and returns the summary; the programs stay up until `league` is stopped."""

    plan: DemoPlan
    league: League
    console: Console
    watch: Stopwatch = field(default_factory=Stopwatch)

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Tick]:
        """Show one step as a progress bar and take its time."""
        self.league.stopping.raise_if_asked()
        began = time.monotonic()
        columns = (TextColumn(f"{name:<42}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(name, total=max(total, 1))
            yield lambda: progress.advance(task)
            progress.update(task, completed=max(total, 1))
        self.watch.steps[name] = time.monotonic() - began

    def tell(self) -> Summary:
        """Do the whole job. Raises DemoError as soon as a step does not do what it must."""
        today = datetime.now(UTC).date()
        sources, keys, people, readings = self._gather(today)
        decided = self._decide(people, today)
        campaigns, verdicts = self._train(people, decided)
        withdrawal, spent = self._withdrawal(decided, campaigns)
        proposals, answers = self._release(people, today)
        boards, squads = self._work(today)
        errors = self._compare(people, decided, campaigns[-1])
        log, seen_by = self._verify(keys)
        return Summary(
            data=" + ".join(sorted({one.source for one in sources.entrants})),
            clubs=len(self.plan.clubs),
            athletes=len(people),
            readings=readings,
            consents=decided.consents,
            learners=len(decided.learners),
            campaigns=tuple(_campaign(one, seen) for one, seen in zip(campaigns, verdicts, strict=True)),
            epsilon_spent_most=spent,
            withdrawal=withdrawal,
            readiness_mae=errors,
            proposals=proposals,
            answers=answers,
            released_indices=sum(squad.bands for squad in squads),
            office_not_available=sum(squad.not_available for squad in squads),
            board_listed=sum(board.listed for board in boards),
            decisions_accepted=sum(board.accepted for board in boards),
            log_size=log["size"],
            log_origin=log["origin"],
            log_verified=True,
            log_directory=str(keys.log_directory),
            log_vkey=keys.log_vkey,
            trust_policy=str(keys.trust_policy),
            cosigned=len(log["cosigned_by"]),
            witnesses=seen_by,
            seconds=self.watch.total(),
            peak_memory_mib=self.league.peak_bytes // 2**20,
            urls=self.urls(),
        )

    def _gather(self, today: date) -> tuple[Sources, founding.ExchangedKeys, list[Person], int]:
        clubs = len(self.plan.clubs)
        self.plan.data_folder.mkdir(parents=True, exist_ok=True)
        with self.step("Founding the league, exchanging keys", 4 + clubs) as tick:
            keys = founding.found_league(self.plan, tick)
        with self.step("Adding athletes to their clubs' vaults", clubs) as tick:
            sources = prepare(self.plan, today)
            people = founding.add_athletes(self.plan, sources.entrants, tick)
        with self.step("Reading files into sealed vaults", len(sources.imports)) as tick:
            totals = founding.ingest(self.plan, sources.imports, people, tick)
        with self.step("Starting every program", 3 + len(WITNESSES) + 2 * clubs) as tick:
            founding.start_programs(self.plan, keys, self.league, tick)
        return sources, keys, people, totals["added"]

    def _decide(self, people: Sequence[Person], today: date) -> choices.Choices:
        with self.step("Athletes decide in the portal", len(people)) as tick:
            return choices.decide_all(self.plan, people, today, tick)

    def _train(
        self, people: Sequence[Person], decided: choices.Choices
    ) -> tuple[list[training.FinishedCampaign], list[list[dict[str, Any]]]]:
        real = [person for person in people if person.source != SYNTHETIC]
        invented = [person for person in people if person.source == SYNTHETIC]
        # In rounds first, so that a withdrawal midway shows; the other is one exchange.
        asked = ((RISK_SCHEMA.model, len(invented), ROUNDS), (RECOVERY_SCHEMA.model, len(real) or len(invented), None))
        campaigns, verdicts = [], []
        for model, roster, rounds in asked:
            with self.step(f"Training {model}", rounds or 1) as tick:
                done = training.run_campaign(
                    self.plan,
                    self.league,
                    model=model,
                    public_athletes=roster,
                    rounds=rounds,
                    on_round=self._on_round(decided, tick),
                )
            campaigns.append(done)
            with self.step("Every club's own gate", 1):
                verdicts.append(training.adopt(self.plan, done))
        return campaigns, verdicts

    def _on_round(self, decided: choices.Choices, tick: Tick) -> training.OnRound:
        """After the second round of the first campaign one athlete stops sharing with the league.

        One club's node is held meanwhile: no round ends without it, so a later round is left to be missing from.
        """
        first = not any(name.startswith("Every club") for name in self.watch.steps)
        ticked, has_stopped = 0, not first

        def on_round(done: int, _of: int) -> None:
            nonlocal ticked, has_stopped
            for _ in range(done - ticked):
                tick()
            ticked = done
            if done >= WITHDRAWS_AFTER_ROUND and not has_stopped:
                with self.league.child(self.plan.clubs[-1].org).held():
                    choices.stop_learning(self.plan, decided.changer)
                has_stopped = True

        return on_round

    def _withdrawal(
        self, decided: choices.Choices, campaigns: Sequence[training.FinishedCampaign]
    ) -> tuple[Withdrawal, float]:
        first, second = campaigns
        used = rounds_used(self.plan, decided.changer)
        counted = used.get(first.model, 0)
        if counted >= first.rounds:
            raise StepFailed("the athlete who withdrew was still counted in the last round")
        withdrawal = Withdrawal(decided.changer.athlete, counted, first.rounds, second.model in used)
        status = json.loads(founding.consent("status", str(self.plan.consent_folder), "--json"))
        return withdrawal, float(status["epsilon_spent_most"])

    def _compare(
        self, people: Sequence[Person], decided: choices.Choices, done: training.FinishedCampaign
    ) -> tuple[Errors, ...]:
        """Only those who still let the league learn are judged on: the athlete who withdrew no longer does."""
        learners = [one for one in people if one.athlete in decided.learners and one != decided.changer]
        real = [one for one in learners if one.source != SYNTHETIC]
        with self.step("Comparing methods on later days", 1):
            return errors_table.compare(self.plan, real or learners, done)

    def _release(self, people: Sequence[Person], today: date) -> tuple[int, dict[str, int]]:
        until = (today + RELEASE_FOR).isoformat()

        def propose(club: Club) -> int:
            arguments = ("--recipient-org", club.org, "--until", until, "--json")
            return int(json.loads(founding.node("propose", str(club.folder), *arguments))["counts"]["proposed"])

        with self.step("Nodes propose durability indices", len(self.plan.clubs)) as tick:
            proposed = sum(side_by_side(propose, self.plan.clubs, tick))
        asked = [person for person in people if person.source == SYNTHETIC]
        with self.step("Athletes answer over the exact bytes", len(asked)) as tick:
            answers = choices.answer_requests(self.plan, asked, tick)
        return proposed, answers

    def _work(self, today: date) -> tuple[list[staff.BoardReading], list[staff.Squad]]:
        with self.step("Staff at work", 2 * len(self.plan.clubs)) as tick:
            boards, squads = [], []
            for club in self.plan.clubs:
                boards.append(staff.read_board(club, today))
                tick()
                squads.append(staff.office_look(self.plan, club))
                tick()
        return boards, squads

    def _verify(self, keys: founding.ExchangedKeys) -> tuple[dict[str, Any], tuple[WitnessState, ...]]:
        """Wait until everything is published, verify it as a stranger with the policy would, and ask the witnesses."""
        with self.step("Publishing the rest of the log", 1):
            wait_until_published(self.plan, self.league)
        with self.step("Verifying the whole log offline", 2) as tick:
            policy = str(keys.trust_policy)
            found: dict[str, Any] = json.loads(
                witnesses.audit("verify", str(keys.log_directory), "--policy", policy, "--json")
            )
            tick()
            return found, witnesses.states(self.plan, found["origin"])

    def urls(self) -> dict[str, str]:
        """Every page a person can open, by what it is."""
        pages = {
            "Athlete portal (pick a persona)": f"{self.plan.consent_url}/demo",
            "Front office and operator": f"{self.plan.office_url}/sign-in",
            "Auditor": f"{self.plan.audit_url}/",
        }
        ports = self.plan.witness_ports.items()
        pages |= {f"Witness, {WITNESSES[who]}": f"http://127.0.0.1:{port}/" for who, port in ports}
        return pages | {f"Club dashboard, {club.name}": f"{club.url}/sign-in" for club in self.plan.clubs}


def _campaign(done: training.FinishedCampaign, verdicts: Sequence[dict[str, Any]]) -> CampaignSummary:
    reasons = {reason for verdict in verdicts for reason in verdict["reasons"]}
    return CampaignSummary(
        campaign_id=done.campaign_id,
        model=done.model,
        rounds=done.rounds,
        epsilon=done.epsilon,
        delta=done.manifest.delta,
        adopted_by=sum(bool(verdict["adopted"]) for verdict in verdicts),
        clubs=len(verdicts),
        reasons=tuple(sorted(reasons)),
    )
