"""A folder becomes tables that keep the laws: offsets slice, parts tile, nothing is lost."""

import shutil

import pandas as pd
import pytest
from conftest import SEEDS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import toolkit as tk
from toolkit import schemas

FRAMES = ("documents", "sections", "sentences", "tokens", "hits", "ledger", "duplicates")
TRUTH = {
    "000_9f3e2e8f8b22d819.txt": ("621122", 2023),
    "001_40b0e23e491f613e.txt": ("420205", 2023),
    "002_6d5bb867e184b50c.txt": ("210224", 2018),
    "003_f5c72c00bf9e171f.txt": ("650107", 2024),
    "004_ca489351d6608b8b.txt": ("430103", 2020),
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The five seeds without README and metadata.csv."""
    folder = tmp_path_factory.mktemp("bare")
    for path in SEEDS.glob("*.txt"):
        shutil.copy(path, folder)
    return tk.read_corpus(folder)


def write(folder, **texts):
    """Write reports into a folder, name by name."""
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def test_tables_keep_their_schemas(corpus):
    """Every table of a corpus has the promised columns, types and key."""
    for name in FRAMES:
        table = getattr(corpus, name)
        assert schemas.check(table, schemas.TABLES[name]) is table


def test_seeds_come_right_without_metadata(bare):
    """Region and year of all five seeds are found from the text alone, and the ledger says by which rule."""
    found = {d.path: (d.region_code, d.year) for d in bare.documents.itertuples()}
    assert found == TRUTH
    assert (bare.ledger["region_source"] != "").all()
    assert (bare.ledger["year_source"] != "").all()


def test_metadata_csv_overrides(corpus):
    """With metadata.csv in the folder, the ledger names it as the source, and README files are skipped."""
    ledger = corpus.ledger.set_index("path")
    assert set(ledger.loc[list(TRUTH), "region_source"]) == {"metadata.csv"}
    assert ledger.loc["README.md", "status"] == ledger.loc["metadata.csv", "status"] == "skipped"


def test_every_offset_slices_the_text(corpus):
    """text[start:end] is the sentence, the token and the hit, in every row."""
    texts = dict(zip(corpus.documents["doc_id"], corpus.documents["text"], strict=True))
    for name, column in (("sentences", "text"), ("tokens", "term"), ("hits", "surface")):
        table = getattr(corpus, name)
        assert len(table)
        sliced = [texts[r.doc_id][r.start : r.end] for r in table.itertuples()]
        assert sliced == list(table[column]), name


@pytest.mark.parametrize("name", ["sections", "sentences", "tokens"])
def test_parts_tile_the_document(corpus, name):
    """Sections, sentences and tokens follow each other from the first character to the last."""
    for doc_id, rows in getattr(corpus, name).groupby("doc_id"):
        assert rows["start"].iloc[0] == 0
        assert rows["end"].iloc[-1] == len(corpus.text(doc_id))
        assert (rows["start"].iloc[1:].to_numpy() == rows["end"].iloc[:-1].to_numpy()).all()


def test_token_denominator_is_the_counted_tokens(corpus):
    """n_tokens is the number of words, terms, numbers and Latin outside role meta."""
    roles = corpus.sentences.set_index(["doc_id", "sentence_no"])["role"].rename("role")
    tokens = corpus.tokens.join(roles, on=["doc_id", "sentence_no"])
    counted = tokens[(tokens["role"] != "meta") & tokens["kind"].isin(schemas.COUNTED_KINDS)]
    by_document = counted.groupby("doc_id").size()
    documents = corpus.documents.set_index("doc_id")["n_tokens"]
    pd.testing.assert_series_equal(by_document.loc[documents.index], documents, check_names=False)


TEXT = st.text(
    st.sampled_from("一二三四(（)）、。；;,，\n 是的政府法治2023年度报告一、下一步问题“”《》①A.-　\ue000𠮷"),
    max_size=200,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=TEXT)
def test_laws_hold_for_any_text(tmp_path_factory, body):
    """Whatever a file says, its sections, sentences and tokens tile it, or the ledger says why not."""
    folder = write(
        tmp_path_factory.mktemp("any"),
        seed="2023年陇西县法治政府建设工作总结\n全县开展执法检查。\n",
        any=body,
    )
    corpus = tk.read_corpus(folder, duplicates="keep-all")
    assert sorted(corpus.ledger["path"]) == ["any.txt", "seed.txt"]
    for document in corpus.documents.itertuples():
        for name, column in (("sentences", "text"), ("tokens", "term")):
            rows = getattr(corpus, name)
            assert "".join(rows.loc[rows["doc_id"] == document.doc_id, column]) == document.text


def test_reading_twice_gives_the_same_tables(corpus):
    """Nothing depends on what was read before."""
    again = tk.read_corpus(SEEDS)
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(corpus, name))
    assert again.settings == corpus.settings


def test_where_keeps_tables_together(corpus):
    """Filtering by a document column filters every table, and leaves the corpus as it was."""
    one = corpus.where(region_code="621122", year=[2022, 2023])
    assert list(one.documents["region"]) == ["陇西县"]
    for name in ("sections", "sentences", "tokens", "hits", "ledger"):
        assert set(getattr(one, name)["doc_id"]) == set(one.documents["doc_id"])
    assert len(corpus.documents) == 5
    with pytest.raises(KeyError, match="'county' is none of them"):
        corpus.where(county="陇西县")


def test_saved_corpus_opens_equal(corpus, tmp_path):
    """What was saved comes back, tables and settings alike."""
    opened = tk.Corpus.open(corpus.save(tmp_path / "saved"))
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(opened, name), getattr(corpus, name))
    assert opened.settings == corpus.settings


def test_displays_are_escaped(tmp_path):
    """A title or name with markup is text on the page."""
    text = "2023年陇西县法治政府建设工作总结\n全县开展执法检查12次。\n"
    folder = write(tmp_path, a=text)
    corpus = tk.read_corpus(folder)
    corpus.documents["reporting_body"] = "<script>alert(1)</script>"
    assert "<script>" not in corpus._repr_html_()
    assert repr(corpus).startswith("Corpus: 1 reports")


def test_missing_folder_is_named(tmp_path):
    """A folder that does not exist is refused with its name."""
    with pytest.raises(FileNotFoundError, match="'nowhere' does not exist"):
        tk.read_corpus("nowhere")


def test_file_instead_of_folder_is_refused():
    """A single file is refused with what to do."""
    with pytest.raises(NotADirectoryError, match="is a single file"):
        tk.read_corpus(SEEDS / "000_9f3e2e8f8b22d819.txt")


def test_empty_folder_is_refused(tmp_path):
    """An empty folder is refused with what was expected."""
    with pytest.raises(ValueError, match="the folder is empty"):
        tk.read_corpus(tmp_path)


def test_folder_without_reports_says_what_was_found(tmp_path):
    """Where no file can be read, the error names the files and the reasons."""
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "picture.jpg").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(ValueError, match=r"None of the 2 files .*empty\.txt"):
        tk.read_corpus(tmp_path)


def test_one_bad_file_costs_one_file(tmp_path):
    """A file that is no text is failed in the ledger; the others are read."""
    write(tmp_path, good="2023年陇西县法治政府建设工作总结\n全县开展执法检查12次。\n")
    (tmp_path / "bad.txt").write_bytes(bytes(range(256)) * 40)
    corpus = tk.read_corpus(tmp_path)
    assert list(corpus.documents["path"]) == ["good.txt"]
    bad = corpus.ledger.set_index("path").loc["bad.txt"]
    assert (bad["status"], bad["doc_id"]) == ("failed", "")
    assert bad["detail"]


@pytest.mark.parametrize(
    "answer",
    [
        "404 Not Found\n抱歉，您访问的页面不存在或已被删除！",
        "安全验证\n为了保证您的正常访问，请进行如下验证：\n请点击按钮完成验证",
        "统一身份认证平台\n用户名 密码 登录 忘记密码\n请先登录后查看",
        "您的请求带有不合法参数，已被网站管理员设置拦截！",
    ],
)
def test_what_a_server_answers_is_no_report(tmp_path, answer):
    """Under a report's name it would be a region-year in which every term is 0: it fails, with its words."""
    write(tmp_path, good="2023年陇西县法治政府建设工作总结\n全县开展执法检查12次。\n")
    (tmp_path / "米东区2024年法治政府建设年度报告.txt").write_text(answer, encoding="utf-8")
    corpus = tk.read_corpus(tmp_path)
    assert list(corpus.documents["path"]) == ["good.txt"]
    failed = corpus.ledger.iloc[1]
    assert (failed["status"], failed["reason"]) == ("failed", "error page")
    assert answer[:4] in failed["detail"]


def test_two_reports_of_one_region_and_year_are_an_error(tmp_path):
    """Two reports of one region and year stop the reading and are both named; a policy lets it go on."""
    title = "2023年陇西县法治政府建设工作总结\n"
    write(
        tmp_path, one=title + "全县开展执法检查12次。\n", two=title + "全县开展执法检查13次,办理案件4件。\n"
    )
    with pytest.raises(ValueError, match=r"(?s)one\.txt.*two\.txt"):
        tk.read_corpus(tmp_path)
    kept = tk.read_corpus(tmp_path, duplicates="keep-longest")
    assert list(kept.documents["path"]) == ["two.txt"]
    assert dict(zip(kept.ledger["path"], kept.ledger["status"], strict=True))["one.txt"] == "skipped"
    assert len(tk.read_corpus(tmp_path, duplicates="keep-all").documents) == 2


def test_unforeseen_error_costs_one_document(tmp_path, monkeypatch):
    """An error nobody foresaw fails one input, with its name in the ledger, and the rest goes on."""
    from toolkit import drafts

    write(
        tmp_path,
        good="2023年陇西县法治政府建设工作总结\n全县开展执法检查12次。\n",
        odd="2022年陇西县法治政府建设工作总结\n触发。\n",
    )
    honest = drafts.parse_structure

    def broken(text, **options):
        if "触发" in text:
            raise RuntimeError("boom")
        return honest(text, **options)

    monkeypatch.setattr(drafts, "parse_structure", broken)
    corpus = tk.read_corpus(tmp_path)
    odd = corpus.ledger.set_index("path").loc["odd.txt"]
    assert (odd["status"], odd["reason"]) == ("failed", "unforeseen error")
    assert "boom" in odd["detail"]
    assert list(corpus.documents["path"]) == ["good.txt"]


def test_every_flag_is_explained(tmp_path):
    """A flagged report's ledger row says in a sentence what each flag means."""
    folder = write(tmp_path, a="关于法治政府建设工作情况的报告\n各部门开展执法检查12次。\n")
    row = tk.read_corpus(folder).ledger.iloc[0]
    assert row["status"] == "flagged"
    assert "region_unknown" in row["reason"].split()
    assert "Complete region_code in metadata.csv" in row["detail"]
    (tmp_path / "a.txt").rename(tmp_path / "a.pdf")  # what the reader noticed hides nothing
    row = tk.read_corpus(folder).ledger.iloc[0]
    assert {"extension_mismatch", "region_unknown"} <= set(row["reason"].split())
    assert all(word in row["detail"] for word in ("another format", "region_code"))
