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
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
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
def address(shipped_home: Path, model_folder: Path, tmp_path_factory: pytest.TempPathFactory):
    port = free_port()
    home = tmp_path_factory.mktemp("browser") / "home"  # of its own: pages write
    shutil.copytree(shipped_home, home)
    environment = os.environ | {"TOUSU_HOME": str(home), "TOUSU_MODEL": str(model_folder)}
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


def test_a_batch_goes_on_while_its_page_is_left_and_shows_the_clicked_row(
    address: str, page: Page, tmp_path: Path
):
    sheet = tmp_path / "回复.csv"
    good = "非常抱歉给您带来不便，是光缆断了，师傅正在抢修，今天18点前恢复，感谢您的理解。"
    rows = [f"A{n},W-BB-001,2026-11-23,{good}" for n in range(40)]
    rows[1] = "A1,W-BB-001,2026-11-23,没有道歉，是光缆断了，师傅正在抢修，今天18点前恢复。"
    sheet.write_text("\n".join(["坐席,口径编号,回复日期,回复内容", *rows]), encoding="utf-8")
    page.goto(f"{address}/batch")
    page.set_input_files("input[type=file]", sheet)
    page.get_by_text(sheet.name).wait_for()  # it is handed over
    page.get_by_role("button", name="开始检查").click()
    page.get_by_text("正在检查“回复.csv”").wait_for()
    page.get_by_role("link", name="案例库").click()
    expect(page.get_by_role("heading", name="案例库")).to_be_visible()
    page.get_by_role("link", name="批量质检").click()
    expect(page.get_by_text("通过率走势")).to_be_visible(timeout=60_000)

    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    box = table.bounding_box()
    page.mouse.click(box["x"] + 12, box["y"] + 35 * 2 + 17)  # the second row's box
    expect(page.get_by_role("heading", name="要点")).to_be_visible()
    apology = page.locator(".st-key-point-apology")
    expect(apology).to_contain_text("说反了")
    expect(apology).to_contain_text("“道歉” · 原话被否定")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载明细（xlsx）").click()
    book = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))
    assert book["逐条结果"].max_row == 41
    with page.expect_download() as download:  # the other one, at once
        page.get_by_role("button", name="下载报告（docx）").click()
    document = docx.Document(BytesIO(download.value.path().read_bytes()))
    assert "共检查 40 条，通过 39 条" in "\n".join(p.text for p in document.paragraphs)
