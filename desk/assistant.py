"""The one way in: pages, command line and API call the assistant and nothing below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

import cases
import kb
from cases.drills import Given, Paper, Scope
from cases.drills import Result as Marked
from cases.map import Place
from cases.thin import ThinPlaces, Twin
from cases.triage import Triage, Triager, load_triager
from desk import calibrating, drilling, importing, opening
from desk.answering import Answer, compose
from desk.batches import Batches
from desk.browsing import Browsing, Linked
from desk.checking import OverruledRule, Reply, ReplyChecks
from desk.corrections import Corrections
from desk.drilling import TraineeRecord
from desk.evaluating import Evaluating
from desk.exporting import export_records
from desk.health import Finding, Health, examine, repair
from desk.importing import FileReport
from desk.leaning import lean, neighbours
from desk.librarian import Librarian
from desk.opening import Progress, silent
from desk.reading import Reader
from desk.second_look import SecondLook, default_weights
from desk.settings import Settings
from desk.ticketing import Ticketing
from desk.tickets import TicketReader
from desk.watching import Watching
from indexing.calibration import Features
from indexing.errors import InputError, TousuError
from indexing.library import Library
from indexing.masking import Masked, Masker
from indexing.model.judge import Judge
from indexing.records import KNOWLEDGE, Filter, Hit, Kind, Record, Result, Status
from indexing.store.facets import Selection, Shelf
from indexing.text.repair import repair as mend
from indexing.text.traced import TracedText
from kb.checking import Report
from kb.wording import Wording, wording_of

SHIPPED = (
    (Kind.POLICY, Path(kb.__file__).parent / "policies"),
    (Kind.WORDING, Path(kb.__file__).parent / "wording"),
    (Kind.CASE, Path(cases.__file__).parent / "library"),
)

CANDIDATES = 30  # records of each kind that an answer is composed from


class Assistant:
    """Answers complaints from a library of cases, policies and standard wording."""

    def __init__(self, library: Library, settings: Settings) -> None:
        """Serve from ``library``."""
        self.settings = settings
        self._library = library

    @classmethod
    def open(
        cls, settings: Settings, progress: Progress = silent, *, reembed: bool = False
    ) -> Assistant:
        """Open the library that ``settings`` names.

        ``reembed`` recomputes all vectors if another model or dictionary made them.

        Raises:
            TousuError: Home folder, store or model cannot be used.
        """
        return cls(opening.open_library(settings, progress, reembed=reembed), settings)

    # -- the librarian ---------------------------------------------------------------------------

    def build(self, progress: Progress = silent) -> list[FileReport]:
        """Bring the shipped content into the store and save the index."""
        reports = []
        for number, (kind, folder) in enumerate(SHIPPED):
            base = number / len(SHIPPED)
            reports += importing.import_files(
                self._library,
                self._reader,
                self._tickets,
                [folder],
                kind,
                publish=False,
                actor=self.settings.actor,
                progress=lambda text, share, base=base: progress(  # type: ignore[misc]
                    text, base + share / len(SHIPPED)
                ),
            )
        self._library.compact()
        if self._library.retriever.calibration.is_void:
            calibrating.refit(self._library, self.settings.home)
        if self._judge is not None:  # its graphs are made on first use: let nobody wait for them
            progress("通读模型已备好", 0.99)
        progress("索引已建立", 1.0)
        return reports

    def import_files(
        self,
        paths: Sequence[Path],
        kind: Kind,
        *,
        publish: bool = False,
        progress: Progress = silent,
    ) -> list[FileReport]:
        """Import files or folders; a report for each file."""
        reports = importing.import_files(
            self._library,
            self._reader,
            self._tickets,
            paths,
            kind,
            publish=publish,
            actor=self.settings.actor,
            progress=progress,
        )
        if any(report.stored for report in reports):
            self._library.compact()
        return reports

    def delete(self, ids: Sequence[str]) -> int:
        """Delete records with their passages and vectors."""
        return self._library.delete(ids, actor=self.settings.actor)

    def set_status(self, record_id: str, status: Status) -> int:
        """Publish, retire or draft a record."""
        return self._library.set_status(record_id, status, actor=self.settings.actor)

    def export(self, folder: Path, where: Filter) -> int:
        """Write the matching records as files that can be imported again; return how many.

        Raises:
            InputError: ``folder`` holds something already.
        """
        return export_records(self._library.store.records(where), folder)

    @cached_property
    def librarian(self) -> Librarian:
        """Drafts, versions and corrections by hand."""
        return Librarian(self._library, self._reader, self._tickets, self.settings.actor)

    @cached_property
    def ticketing(self) -> Ticketing:
        """Work orders opened, followed and closed."""
        return Ticketing(self._library, self._tickets, self._reader, self.settings.actor)

    @cached_property
    def watching(self) -> Watching:
        """Trends, warnings and hot issues over the work orders."""
        return Watching(self._library, self._masker, self.settings.home)

    @cached_property
    def evaluating(self) -> Evaluating:
        """Where each leg of the search puts the right answers of labelled queries."""
        return Evaluating(self._library, self._masker, self.settings, self._looked)

    @cached_property
    def batches(self) -> Batches:
        """Sheets of replies checked, kept and reviewed."""
        return Batches(
            self._library.store,
            self._checks,
            self._masker,
            opening.file_limits(self.settings),
            today=self.today,
            actor=self.settings.actor,
        )

    # -- the agent -------------------------------------------------------------------------------

    def search(self, text: str, where: Filter | None = None, *, limit: int = 10) -> Result:
        """Find the records that match ``text``; by default those published and in force today.

        Raises:
            InputError: The text is empty or too long.
        """
        where = where or Filter(kinds=KNOWLEDGE, as_of=self.today())
        checked = self._checked(text)
        [found] = self._library.search(checked, [where], limit=max(limit, CANDIDATES))
        looked = self._looked(checked, found)
        return replace(looked, hits=looked.hits[:limit])

    def features(self, text: str, where: Filter) -> list[tuple[str, Features]]:
        """Return the best records' ids with what spoke for each, for fitting the calibration."""
        return self._library.features(self._checked(text), where, limit=20)

    def binding(self) -> tuple[str, str]:
        """Return the identities of the model and of the dictionary in use."""
        return self._library.store.binding()

    def answer(self, text: str, *, as_of: date | None = None) -> Answer:
        """Answer a complaint: triage, similar cases, clauses and standard wording.

        Raises:
            InputError: The text is empty or too long.
        """
        day = as_of or self.today()
        kinds = (Kind.CASE, Kind.POLICY, Kind.WORDING)
        wheres = [Filter(kinds=(kind,), as_of=day) for kind in kinds]
        checked = self._checked(text)
        similar, *rest = self._library.search(checked, wheres, limit=CANDIDATES)
        triage = self._triaged(checked, similar)
        return compose(triage, [self._looked(checked, similar, triage), *rest], day)

    def correct_category(self, text: str, category: str) -> None:
        """Note the right category of a complaint; like complaints are triaged by it from now on.

        Raises:
            InputError: There is no text, or no such category.
        """
        self._corrections.add(text, category, actor=self.settings.actor)
        vars(self).pop("_triager", None)

    # -- the quality checker ---------------------------------------------------------------------

    def check(self, reply: Reply) -> Report:
        """Hold a reply against its wording, point by point.

        Raises:
            InputError: Reply, wording or day cannot be used.
        """
        return self._checks.check(reply)

    def check_many(self, replies: Iterable[Reply]) -> Iterator[Report | TousuError]:
        """Yield a report for each reply, in order; what cannot be checked yields its error."""
        return self._checks.check_many(replies)

    def rank_wordings(self, reply: str, as_of: date) -> list[tuple[str, float]]:
        """Return wordings' ids with how well ``reply`` fits each (≤ 1), best first.

        Raises:
            InputError: The reply is empty.
        """
        return self._checks.rank(reply, as_of)

    def overrule(self, rule: str, reason: str, *, text: str) -> None:
        """Note that a verdict on the reply ``text`` was not accepted.

        Raises:
            InputError: No reason is given.
        """
        self._checks.overrule(rule, reason, text=text, actor=self.settings.actor)

    def overruled(self) -> list[OverruledRule]:
        """Return the rules whose verdicts were not accepted, the most often first."""
        return self._checks.overruled()

    def wording(self, wording_id: str) -> Wording:
        """Return a wording with all its versions.

        Raises:
            NotFoundError: There is no such record.
        """
        return wording_of(self.record(wording_id).meta)

    # -- the trainer's library -------------------------------------------------------------------

    def browse(self, selection: Selection) -> Shelf:
        """Return a page of the chosen records, without their passages, and the facets' counts."""
        return self._browsing.shelf(replace(selection, grades=self.grades()))

    def grades(self) -> tuple[str, ...]:
        """Return the urgency grades, most urgent first."""
        return tuple(self._triager.urgency.grades)

    def library_map(self) -> list[Place]:
        """Return every live case's place on a map where near means alike."""
        return self._browsing.map()

    def thin_places(self) -> ThinPlaces:
        """Return categories with few cases, and wordings and policies that no case names."""
        return self._browsing.thin_places()

    def twins(self) -> list[Twin]:
        """Return near-duplicate cases, the most alike first."""
        return self._browsing.twins()

    def merge(self, keep: str, retire: str) -> None:
        """Retire a case in favour of another, with a note in the journal.

        Raises:
            TousuError: They are the same case, or one of them is not there.
        """
        self._browsing.merge(keep, retire, actor=self.settings.actor)

    def keep_both(self, a: str, b: str) -> None:
        """Note that two cases are no duplicates; `twins` leaves them out from then on."""
        self._browsing.keep_both(a, b, actor=self.settings.actor)

    def merged_into(self, record_id: str) -> str | None:
        """Return the case that replaced a retired one."""
        return self._browsing.merged_into(record_id)

    def linked(self, record: Record) -> Linked:
        """Return the policies, wordings and contrasting cases that ``record`` names."""
        return self._browsing.linked(record)

    def similar(self, record: Record, *, limit: int = 5) -> tuple[Hit, ...]:
        """Return the cases whose complaint is nearest to that of ``record``."""
        longest = self.settings.max_query_chars
        return self._browsing.similar(record, self.today(), limit=limit, max_chars=longest)

    # -- the trainer -----------------------------------------------------------------------------

    def drill(self, scope: Scope, seed: int, size: int, *, focus: bool = False) -> Paper:
        """Make a paper; with ``focus``, points that checked replies missed come up more often.

        Raises:
            InputError: ``size`` is out of range.
            NotFoundError: The scope gives no question.
        """
        missed = self.batches.missed_points() if focus else ()
        return drilling.drill(self._library, scope, seed, size, day=self.today(), focus=missed)

    def mark_drill(self, paper: Paper, answers: Mapping[int, Given], trainee: str) -> Marked:
        """Mark a paper and keep the result under the trainee's name.

        Raises:
            InputError: The trainee has no usable name.
        """
        return drilling.mark_drill(self._library, paper, answers, trainee)

    def drill_results(self, trainee: str) -> TraineeRecord:
        """Return what a trainee did so far.

        Raises:
            InputError: The trainee has no usable name.
        """
        return drilling.drill_results(self._library, trainee)

    # -- everyone --------------------------------------------------------------------------------

    def mask(self, text: str) -> Masked:
        """Mask the personal data in ``text``; the masked text has the same length."""
        return self._masker.mask(text)

    def record(self, record_id: str) -> Record:
        """Return one record.

        Raises:
            NotFoundError: There is no such record.
        """
        return self._library.store.record(record_id)

    def records(self, where: Filter) -> list[Record]:
        """Return the matching records, without their passages."""
        return self._library.store.records(where)

    def counts(self) -> dict[str, int]:
        """Return the number of records of each kind, and of passages."""
        return self._library.store.counts()

    def examine(self) -> Health:
        """Look store and index over."""
        return examine(self._library)

    def repair(self) -> list[Finding]:
        """Mend what can be mended without losing anything; return what was done."""
        return repair(self._library)

    def generation(self) -> int:
        """Return the number of the store's last committed write."""
        return self._library.store.generation()

    def today(self) -> date:
        """Return the desk's day."""
        return date.today()  # noqa: DTZ011 - the desk's own wall clock is what "today" means

    # -- parts -----------------------------------------------------------------------------------

    def _checked(self, text: str) -> str:
        text = text.strip()
        if not mend(TracedText.of(text)).traced.text.strip():  # blanks that cannot be seen too
            raise InputError("没有输入内容，请描述投诉情况。")
        if len(text) > self.settings.max_query_chars:
            limit = self.settings.max_query_chars
            raise InputError(
                f"输入有 {len(text)} 字，超过上限 {limit} 字，请只保留与投诉有关的部分。"
            )
        return text

    @cached_property
    def _masker(self) -> Masker:
        return opening.open_masker()

    @cached_property
    def _reader(self) -> Reader:
        return opening.open_reader(self.settings)

    @cached_property
    def _tickets(self) -> TicketReader:
        return opening.open_ticket_reader(self.settings)

    @cached_property
    def _checks(self) -> ReplyChecks:
        return ReplyChecks(self._library, self._masker, self._triager.urgency, lambda: self._judge)

    def _triaged(self, text: str, result: Result) -> Triage:
        vector = None  # by which corrected categories are remembered
        if self._triager.corrections:
            [vector] = self._library.encoder.encode_queries([self.mask(text).text])
        return self._triager.triage(text, neighbours(result), vector)

    def _looked(self, text: str, result: Result, triage: Triage | None = None) -> Result:
        if not any(hit.kind is Kind.CASE for hit in result.hits):
            return result  # nothing to read: the judge need not be loaded
        triage = triage or self._triaged(text, result)
        leaned = lean(result, triage, self._triager.cues.leaning)
        return self._second_look.look(text, leaned) if self._second_look else leaned

    @cached_property
    def _second_look(self) -> SecondLook | None:
        if self._judge is None or self._library.retriever.calibration.is_void:
            return None
        return SecondLook(self._judge, self._library.store, default_weights())

    @cached_property
    def _judge(self) -> Judge | None:
        return opening.open_judge(self.settings, self._library.encoder)

    @cached_property
    def _browsing(self) -> Browsing:
        return Browsing(self._library)

    @cached_property
    def _triager(self) -> Triager:
        return load_triager(self._corrections.learned())

    @cached_property
    def _corrections(self) -> Corrections:
        return Corrections(self._library, self._masker, self._reader.categories)
