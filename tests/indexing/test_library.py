from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from indexing import snapshots
from indexing.errors import NotFoundError, StaleIndexError
from indexing.records import Filter, Kind, Passage, Status
from tests.indexing.conftest import make_record

ANY = Filter(statuses=())
RECORDS = [
    make_record("A", "宽带晚上经常掉线", category="B/频繁掉线与延时"),
    make_record("B", "漫游到外地打不出电话", category="N/漫游", urgency="紧急"),
    make_record("C", "套餐PPR-9087多扣费", category="F/套餐费用异常"),
    make_record("D", "草稿里的宽带掉线", status=Status.DRAFT),
]


def found(library, text: str, where: Filter | None = None) -> list[str]:
    [result] = library.search(text, [where or Filter()])
    return [hit.id for hit in result.hits]


@pytest.fixture
def library(open_library):
    library = open_library()
    library.write(RECORDS, actor="测试")
    return library


def test_a_written_record_is_found_with_its_span_and_highlights(library):
    [result] = library.search("宽带掉线", [Filter()])
    hit = result.hits[0]
    assert (hit.id, hit.passage, hit.span) == ("A", "宽带晚上经常掉线", (0, 8))
    assert [hit.passage[a:b] for a, b in hit.highlights] == ["宽带", "掉线"]
    assert result.generation == library.store.generation() == 1


def test_filters_let_through_only_what_they_name(library):
    assert "D" not in found(library, "宽带掉线")
    assert found(library, "宽带掉线", Filter(statuses=(Status.DRAFT,))) == ["D"]
    assert found(library, "宽带掉线", Filter(categories=("N",))) == ["B"]
    assert found(library, "宽带掉线", Filter(categories=("N/漫游",), urgencies=("一般",))) == []
    assert found(library, "宽带掉线", Filter(kinds=(Kind.POLICY,))) == []


def test_a_code_is_found_to_the_letter(library):
    assert found(library, "PPR-9087")[0] == "C"
    assert found(library, "ｐｐｒ－９０８７")[0] == "C"


def test_a_record_is_found_by_its_id(library):
    library.write([make_record("C-BB-0003", "电视转圈")], actor="测试")
    for typed in ("C-BB-0003", "c-bb-0003", "Ｃ－ＢＢ－０００３"):
        [result] = library.search(typed, [Filter()])
        assert (result.hits[0].id, result.hits[0].score) == ("C-BB-0003", 1.0)
        assert result.by_code
    within = "宽带晚上经常掉线，和C-BB-0003说的一样吗"
    assert {"A", "C-BB-0003"} <= set(found(library, within))
    assert "C-BB-0003" not in found(library, "C-BB-0003", Filter(kinds=(Kind.POLICY,)))
    library.set_status("C-BB-0003", Status.RETIRED, actor="测试")
    assert "C-BB-0003" not in found(library, "C-BB-0003")


def test_an_expired_passage_is_offered_only_when_asked_for(library):
    old = make_record(
        "E", "旧的宽带掉线规定", valid_from=date(2020, 1, 1), valid_until=date(2020, 12, 31)
    )
    library.write([old], actor="测试")
    assert "E" not in found(library, "旧的宽带掉线规定", Filter(as_of=date(2021, 1, 1)))
    assert found(library, "旧的宽带掉线规定", Filter(as_of=date(2020, 12, 31)))[0] == "E"
    assert found(library, "旧的宽带掉线规定")[0] == "E"


def test_each_record_gives_one_hit_with_its_best_passage(library):
    text = "账单的说明。宽带掉线的处理。"
    pieces = (Passage((), 0, 6, text[:6], 0, 6), Passage((), 6, 14, text[6:], 6, 14))
    library.write([make_record("F", text, passages=pieces)], actor="测试")
    [result] = library.search("宽带掉线的处理", [Filter()])
    assert [hit.id for hit in result.hits].count("F") == 1
    assert next(hit for hit in result.hits if hit.id == "F").passage == "宽带掉线的处理。"


def test_writing_the_same_again_changes_nothing(library):
    written = library.write(RECORDS, actor="测试")
    assert (written.stored, written.merged) == ((), ("A", "B", "C", "D"))
    assert library.store.generation() == 1


def test_a_record_twice_in_one_batch_is_merged_or_revised(library):
    first, second = make_record("H", "同一批里写了两次"), make_record("H", "第二次写得不同")
    written = library.write([first, first, second], actor="测试")
    assert (written.stored, written.merged) == (("H", "H"), ("H",))
    assert library.store.record("H").text == "第二次写得不同"
    assert len(library.snapshot().holding("第二次")) == 1
    assert [version.record.text for version in library.store.versions("H")] == ["同一批里写了两次"]
    assert library.store.generation() == 2


def test_a_new_text_replaces_the_old_in_both_legs(library):
    library.write([make_record("A", "语音信箱留言听不到")], actor="测试")
    assert "A" not in found(library, "宽带", Filter(categories=("B",)))
    assert found(library, "语音信箱留言")[0] == "A"
    assert len(library.snapshot().holding("掉线")) == 1  # the draft's


def test_a_deleted_record_is_found_by_neither_leg(library):
    library.delete(["A"], actor="测试")
    assert "A" not in found(library, "宽带晚上经常掉线", ANY)
    with pytest.raises(NotFoundError, match="没有编号为 A 的记录"):
        library.store.record("A")


def test_deleting_what_is_not_there_deletes_nothing(library):
    with pytest.raises(NotFoundError):
        library.delete(["A", "没有"], actor="测试")
    assert found(library, "宽带晚上经常掉线")[0] == "A"
    assert library.store.generation() == 1


def test_publishing_and_retiring_take_effect_at_once(library):
    library.set_status("D", Status.PUBLISHED, actor="测试")
    library.set_status("A", Status.RETIRED, actor="测试")
    assert found(library, "草稿里的宽带掉线")[0] == "D"
    assert "A" not in found(library, "宽带晚上经常掉线")


def test_another_opening_sees_the_same_and_catches_up(library, open_library):
    library.compact()
    other = open_library()
    library.write([make_record("G", "积分兑换失败")], actor="测试")
    library.delete(["B"], actor="测试")
    assert found(other, "积分兑换失败")[0] == "G"
    third = open_library()
    for text in ("宽带掉线", "积分", "漫游"):
        assert found(other, text, ANY) == found(library, text, ANY) == found(third, text, ANY)


def test_many_small_writes_rank_like_one_big_one(open_library, library):
    for number in range(30):
        library.write([make_record(f"M{number:02d}", f"第{number}件：短信收不到")], actor="测试")
        found(library, "短信")
    fresh = open_library()
    fresh.compact()
    [many], [one] = library.search("短信收不到", [ANY]), fresh.search("短信收不到", [ANY])
    assert [(h.id, h.bm25) for h in many.hits] == [(h.id, h.bm25) for h in one.hits]


def test_the_dense_leg_equals_brute_force_over_the_stored_vectors(library):
    snapshot = library.snapshot()
    query = np.random.default_rng(1).normal(size=64).astype(np.float32)
    query /= np.linalg.norm(query)
    leg = snapshot.dense(query, 3, snapshot.allowed(ANY))
    rows = library.store.changes_since(0).added
    cosines = {row.id: float(np.frombuffer(row.vector, "<f4") @ query) for row in rows}
    best = sorted(cosines, key=lambda passage_id: -cosines[passage_id])[:3]
    assert leg.ids.tolist() == best


def test_another_model_is_refused_and_reembedding_mends_it(library, open_library):
    with pytest.raises(StaleIndexError, match="另一个模型"):
        open_library("characters-2")
    mended = open_library("characters-2", reembed=True)
    assert found(mended, "宽带晚上经常掉线")[0] == "A"


@pytest.mark.parametrize("name", ["dense.faiss", "rows.npy", "terms.json", "manifest.json"])
def test_a_damaged_index_file_is_noticed_and_rebuilt(library, open_library, tmp_path: Path, name):
    library.compact()
    [folder] = (tmp_path / "index").iterdir()
    damaged = bytearray((folder / name).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (folder / name).write_bytes(damaged)
    assert snapshots.load(tmp_path / "index", library._identity) is None
    assert found(open_library(), "宽带晚上经常掉线")[0] == "A"


def test_the_snapshot_on_disk_is_known_for_what_it_is(library, tmp_path: Path):
    assert library.index_state() == "missing"
    library.compact()
    assert library.index_state() == "current"
    library.delete(["A"], actor="测试")
    assert library.index_state() == "behind"
    [folder] = (tmp_path / "index").iterdir()
    (folder / "terms.json").write_text("[]")
    assert library.index_state() == "damaged"
