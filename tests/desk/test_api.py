from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from desk.api import create_api

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def client(shipped):
    return TestClient(create_api(shipped))


def test_the_api_answers_in_the_shapes_of_the_command_line(client, shipped):
    found = client.post("/search", json={"text": "打长途提示停机 12593", "limit": 3}).json()
    assert set(found) == {"generation", "no_match", "hits"}
    assert len(found["hits"]) == 3
    answer = client.post("/answer", json={"text": "宽带经常掉线"}).json()
    assert answer["generation"] == shipped.generation()
    assert answer["triage"]["due_hours"] == 72
    masked = client.post("/mask", json={"text": "电话13912345678"}).json()
    assert masked["text"] == "电话1**********"
    assert client.get("/health").json()["healthy"] is True


def test_a_check_names_what_is_missing(client):
    asked = {"text": "非常抱歉给您带来不便。", "wording": "W-BB-001", "as_of": "2026-11-23"}
    report = client.post("/check", json=asked).json()
    said = {point["id"]: point["status"] for point in report["points"]}
    assert (report["passed"], said["apology"], said["cause"]) == (False, "said", "missing")


def test_bad_input_is_one_sentence(client):
    answer = client.post("/check", json={"text": "好", "wording": "W-NO"})
    assert (answer.status_code, answer.json()) == (422, {"error": "没有编号为 W-NO 的口径。"})
    assert client.post("/answer", json={"text": " "}).status_code == 422
