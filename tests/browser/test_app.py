"""From end to end in a real Chromium: the command, the page, the answer, the form."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
SCREENSHOT = Path(__file__).parents[2] / "build" / "screenshot.png"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def address(shipped_home: Path, model_folder: Path):
    port = free_port()
    environment = os.environ | {"TOUSU_HOME": str(shipped_home), "TOUSU_MODEL": str(model_folder)}
    command = [sys.executable, "-m", "desk.cli", "app", "--port", str(port), "--no-browser"]
    server = subprocess.Popen(command, env=environment, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health"):
                    break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
        yield url
    finally:
        os.killpg(server.pid, 15)
        server.wait(timeout=20)


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page(viewport={"width": 1360, "height": 1500}, locale="zh-CN")
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def test_an_agent_gets_from_complaint_to_filled_reply(address: str, page: Page):
    page.goto(address)
    box = page.get_by_label("投诉描述")
    box.fill("家里信号不好,打电话断断续续,再不解决我就去工信部投诉")
    box.press("Control+Enter")
    expect(page.get_by_role("heading", name="相似案例")).to_be_visible()
    expect(page.get_by_text("24 小时内处理")).to_be_visible()
    expect(page.locator("mark").first).to_be_visible()
    assert "?q=" in page.url
    SCREENSHOT.parent.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOT, full_page=True)
    reopened = page.url
    page.goto("about:blank")
    page.goto(reopened)
    expect(page.get_by_role("heading", name="标准口径")).to_be_visible()


def test_the_library_opens_a_case_by_its_link(address: str, page: Page):
    page.goto(f"{address}/library?id=C-NET-0001")
    expect(page.get_by_role("heading", name="少拨一位号码被误认为串线")).to_be_visible()
