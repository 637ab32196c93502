"""The HTTP API: the same shapes as the command line's ``--json``."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desk import shapes
from desk.assistant import Assistant
from desk.checking import Reply
from indexing.errors import NotFoundError, TousuError
from indexing.records import KNOWLEDGE, Filter, Kind, Status
from kb.checking import report_json


class Question(BaseModel):
    """What to search or answer."""

    text: str
    as_of: date | None = None


class SearchQuestion(Question):
    """What to search, and where."""

    kinds: tuple[Kind, ...] = KNOWLEDGE
    categories: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.PUBLISHED,)
    limit: int = Field(default=10, ge=1, le=100)


class ReplyQuestion(Question):
    """A reply to check."""

    wording: str | None = None
    urgency: str | None = None


def create_api(assistant: Assistant) -> FastAPI:
    """Return the API over ``assistant``; errors are ``{"error": …}`` with status 404 or 422."""
    api = FastAPI(title="投诉助手", docs_url=None, redoc_url=None)

    @api.exception_handler(TousuError)
    def _said(_request: Request, error: TousuError) -> JSONResponse:
        status = 404 if isinstance(error, NotFoundError) else 422
        return JSONResponse({"error": str(error)}, status)

    @api.post("/search")
    def _search(asked: SearchQuestion) -> dict[str, Any]:
        where = Filter(
            kinds=asked.kinds,
            statuses=asked.statuses,
            categories=asked.categories,
            as_of=asked.as_of or assistant.today(),
        )
        return shapes.result_json(assistant.search(asked.text, where, limit=asked.limit))

    @api.post("/answer")
    def _answer(asked: Question) -> dict[str, Any]:
        return shapes.answer_json(assistant.answer(asked.text, as_of=asked.as_of))

    @api.post("/check")
    def _check(asked: ReplyQuestion) -> dict[str, Any]:
        day = asked.as_of or assistant.today()
        return report_json(assistant.check(Reply(asked.text, day, asked.wording, asked.urgency)))

    @api.post("/mask")
    def _mask(asked: Question) -> dict[str, Any]:
        return shapes.masked_json(assistant.mask(asked.text))

    @api.get("/health")
    def _health() -> dict[str, Any]:
        return shapes.health_json(assistant.examine())

    return api
