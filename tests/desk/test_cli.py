from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.model


@pytest.fixture(scope="session")
def run(shipped_home: Path, model_folder: Path):
    def command(*args: str, home: Path = shipped_home, stdin: str = "", **extra: str):
        environment = os.environ | {"TOUSU_HOME": str(home), "TOUSU_MODEL": str(model_folder)}
        return subprocess.run(
            [sys.executable, "-m", "desk.cli", *args],
            capture_output=True, text=True, input=stdin, env=environment | extra, check=False,
        )  # fmt: skip

    return command


def test_search_prints_the_contract(run):
    done = run("search", "12593打长途提示停机", "--kind", "case", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["no_match"] is False
    hit = found["hits"][0]
    assert "12593" in hit["title"] + hit["passage"]
    assert {"kind", "id", "title", "passage", "span", "score", "highlights"} <= set(hit)
    assert 0 <= hit["score"] <= 1


def test_answer_prints_the_contract_for_each_line_of_a_file(run, tmp_path):
    lines = [{"id": "a", "text": "宽带经常掉线"}, {"id": "b", "text": "今天天气真好去爬山"}]
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(json.dumps(x, ensure_ascii=False) for x in lines), encoding="utf-8")
    done = run("answer", "--file", str(file))
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], second["id"]) == ("a", "b")
    assert first["triage"]["urgency"] == "一般"
    assert first["triage"]["due_hours"] == 72
    assert first["wording"][0]["slots"]
    assert (second["no_match"], second["cases"]) == (True, [])


def test_mask_prints_text_and_spans(run):
    done = run("mask", "机主电话13912345678，客服10086", "--json")
    assert json.loads(done.stdout) == {
        "text": "机主电话1**********，客服10086",
        "spans": [[4, 15, "mobile"]],
    }


def test_settings_say_where_each_value_comes_from(run, tmp_path):
    (tmp_path / "tousu.toml").write_text("max_query_chars = 99\n", encoding="utf-8")
    done = run("settings", "--json", home=tmp_path, TOUSU_THREADS="1")
    rows = json.loads(done.stdout)
    assert rows["max_query_chars"]["value"] == "99"
    assert "tousu.toml" in rows["max_query_chars"]["origin"]
    assert rows["threads"]["origin"] == "环境变量 TOUSU_THREADS"
    assert rows["backend"] == {"value": "auto", "origin": "默认值", "help": rows["backend"]["help"]}


CASE = (
    "---\nid: C-X-1\ntitle: 标题\ncategory: {}\nurgency: 一般\nstatus: published\n---\n"
    "## 投诉描述\n宽带断了。\n## 处理\n修好。\n"
)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("binary.txt", b"\x00\x01\x02\xff" * 100, "binary.txt"),
        ("empty.md", b"", "empty.md：文件是空的。"),
        ("broken.md", b"---\nid: [\n---\n", "broken.md 第"),
        (
            "unknown.md",
            CASE.format("N/没有的分类").encode(),
            "unknown.md 第4行：分类表中没有“N/没有的分类”。",
        ),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(run, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    done = run("import", str(tmp_path / name), "--kind", "case", "--json", home=tmp_path / "home")
    assert done.returncode == 2
    [report] = json.loads(done.stdout)["files"]
    assert (report["status"], report["stored"], report["rows_in"]) == ("rejected", 0, 1)
    assert message in report["reason"]
    assert "Traceback" not in done.stderr


def test_one_id_in_two_files_is_refused_and_the_rest_is_stored(run, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.md", "b.md"):
        (folder / name).write_text(CASE.format("B/断网") + name, encoding="utf-8")
    done = run("import", str(folder), "--kind", "case", "--json", home=tmp_path / "home")
    assert done.returncode == 2
    assert all("编号 C-X-1" in file["reason"] for file in json.loads(done.stdout)["files"])
    other = CASE.replace("C-X-1", "C-X-2").format("B/断网")
    (folder / "c.md").write_text(other, encoding="utf-8")
    done = run("import", str(folder), "--kind", "case", "--json", home=tmp_path / "home")
    assert done.returncode == 0
    assert [f["stored"] for f in json.loads(done.stdout)["files"]] == [0, 0, 1]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["search", " "], "没有输入内容"),
        (["import", "/没有这个文件夹", "--kind", "case"], "找不到文件或文件夹"),
        (["search", "宽带", "--as-of", "2026-02-30"], "不是 YYYY-MM-DD 的有效日期"),
        (["answer", "--file", "/没有.jsonl"], "读不出来"),
    ],
)
def test_bad_input_exits_with_2_and_one_sentence(run, args, message):
    done = run(*args)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_query_that_nothing_fits_exits_with_1(run):
    done = run("answer", "红烧肉怎么做才好吃", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["no_match"] is True


def test_a_changed_model_file_is_refused(run, tmp_path, model_folder):
    import shutil

    copy = tmp_path / "model"
    shutil.copytree(model_folder, copy)
    (copy / "tokenizer.json").write_bytes(b"{}")
    done = run("search", "宽带", TOUSU_MODEL=str(copy))
    assert done.returncode == 2
    assert "tokenizer.json" in done.stderr
    (copy / "tokenizer.json").unlink()
    done = run("search", "宽带", TOUSU_MODEL=str(copy))
    assert done.returncode == 2
    assert "tokenizer.json" in done.stderr


def test_doctor_prints_the_contract(run):
    found = json.loads(run("doctor", "--json").stdout)
    assert found["healthy"] is True
    assert found["records"]["ticket"] == 0
    assert found["records"]["case"] >= 30
    assert found["passages"] > found["records"]["case"]
    assert found["findings"] == []


def test_a_taken_port_is_said(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("app", "--port", str(port), "--no-browser")
    assert done.returncode == 2
    assert f"端口 {port} 已被占用" in done.stderr


def test_check_prints_the_contract_and_fails_a_reply_that_lacks_a_point(run):
    done = run("check", "非常抱歉给您带来不便。", "--wording", "W-BB-001", "--json")
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert (report["wording"], report["version"], report["passed"]) == ("W-BB-001", "2", False)
    assert report["points"][0] | {"label": ""} == {
        "id": "apology", "label": "", "level": "must", "status": "said", "evidence": [0, 10],
        "paraphrase": "非常抱歉给您带来不便", "similarity": 1.0, "rule": "原话",
    }  # fmt: skip
    assert {"name", "status", "value"} <= set(report["slots"][0])


def test_a_batch_of_replies_says_of_each_what_is_wrong_with_it(run, tmp_path):
    lines = [
        {"id": 1, "text": "非常抱歉", "wording": "W-BB-001", "as_of": "2026-03-01"},
        {"id": 2, "text": "", "wording": "W-BB-001"},
        {"id": 3, "text": "您好", "wording": "W-NO"},
        {"id": 4, "text": "您好", "wording": "W-BB-001", "as_of": "2020-01-01"},
    ]
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(json.dumps(x, ensure_ascii=False) for x in lines), encoding="utf-8")
    done = run("check", "--file", str(file))
    assert done.returncode == 2
    first, *rest = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["version"]) == (1, "1")
    assert rest == [
        {"id": 2, "error": "回复内容是空的，没有可以检查的文字。"},
        {"id": 3, "error": "没有编号为 W-NO 的口径。"},
        {"id": 4, "error": "口径 W-BB-001 在 2020-01-01 没有有效的版本。"},
    ]


def test_a_document_is_previewed_revised_and_rolled_back(run, tmp_path):
    home, path = tmp_path / "home", tmp_path / "补卡.md"
    path.write_text("# 补卡\n\n补卡后24小时内回访，电话13812345678。\n", encoding="utf-8")
    shown = json.loads(run("preview", str(path), "--kind", "policy", "--json", home=home).stdout)
    assert [shown["text"][a:b] for a, b, _ in shown["masks"]] == ["1**********"]
    assert shown["passages"][0]["text"] in shown["text"]
    run("import", str(path), "--kind", "policy", "--publish", home=home)
    path.write_text("# 补卡\n\n补卡后48小时内回访。\n", encoding="utf-8")
    run("import", str(path), "--kind", "policy", "--publish", home=home)
    life = json.loads(run("history", shown["id"], "--json", home=home).stdout)
    assert ([e["action"] for e in life["events"]], len(life["versions"])) == (["store"] * 2, 1)
    assert life["leaning"] == {"cases": [], "wordings": [], "drills": 0}
    first = str(life["versions"][0]["generation"])
    done = run("rollback", shown["id"], first, "--json", home=home)
    assert json.loads(done.stdout) == {"generation": int(first) + 2, "id": shown["id"]}
    found = json.loads(run("search", "补卡后多久回访", "--json", home=home).stdout)
    assert "24小时" in found["hits"][0]["passage"]
    assert run("rollback", shown["id"], "99", home=home).returncode == 1
