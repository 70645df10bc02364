"""The command line says what it did, and its exit code tells the truth."""

import shlex

import pytest
from conftest import SEEDS

from toolkit.__main__ import main


def test_no_command_shows_help(capsys):
    """Without a command the help is shown and the exit code says wrong usage."""
    assert main([]) == 2
    assert "check" in capsys.readouterr().out


def test_unknown_option_is_wrong_usage(capsys):
    """An option nobody knows ends with code 2 and its name."""
    with pytest.raises(SystemExit) as stopped:
        main(["report", "seeds", "--colour", "red"])
    assert stopped.value.code == 2
    assert "--colour" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["report", "check", "export", "figures", "find"])
def test_every_command_explains_itself(command, capsys):
    """--help of every command names its corpus argument in plain words."""
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert "folder with the reports" in capsys.readouterr().out


def test_missing_folder_is_a_sentence_and_a_failure(capsys, tmp_path):
    """A folder that does not exist ends with code 1 and one sentence, not a traceback."""
    assert main(["check", str(tmp_path / "nowhere")]) == 1
    message = capsys.readouterr().err
    assert "does not exist" in message
    assert "Traceback" not in message


def test_check_writes_the_table_to_complete(capsys, tmp_path):
    """`check` says what was read, writes the table once, and leaves an existing one alone."""
    target = tmp_path / "metadata.csv"
    assert main(["check", str(SEEDS), "--metadata", str(target)]) == 0
    assert "5 reports" in capsys.readouterr().out
    first = target.read_bytes()
    target.write_bytes(first + b"mine")
    assert main(["check", str(SEEDS), "--metadata", str(target)]) == 0
    assert target.read_bytes() == first + b"mine"
    assert main(["check", str(SEEDS), "--metadata", str(target), "--force"]) == 0
    assert target.read_bytes() == first


def test_check_explains_each_reason_once(capsys, tmp_path):
    """Of eight archives five are named, the others counted, and the sentence about them stands there once."""
    (tmp_path / "good.txt").write_text("2023年陇西县法治政府建设工作总结\n全县开展检查。\n", encoding="utf-8")
    for n in range(8):
        (tmp_path / f"{n}.zip").write_bytes(b"PK\x03\x04" + bytes([n]) * 40)
    assert main(["check", str(tmp_path), "--metadata", str(tmp_path / "out.csv")]) == 1
    lines = capsys.readouterr().out.splitlines()
    begin = lines.index("  archive (8): Archives are not unpacked; unpack it into the folder.")
    assert lines[begin + 1 : begin + 7] == [*(f"      {n}.zip" for n in range(5)), "      ... and 3 more"]
    assert "  very_short (1): Under 600 characters: rarely a whole report." in lines


def test_the_command_that_check_prints_works_where_it_is_printed(capsys, tmp_path, monkeypatch):
    """From inside a folder with a blank in its name, the printed export writes the ledger beside the folder."""
    folder = tmp_path / "my reports"
    folder.mkdir()
    (folder / "good.txt").write_text("2023年陇西县法治政府建设工作总结\n全县开展检查。\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    assert main(["check", ".", "--metadata", str(tmp_path / "out.csv")]) == 0
    (line,) = [row for row in capsys.readouterr().out.splitlines() if row.startswith("Every input")]
    assert main(shlex.split(line.partition(": toolkit ")[2])) == 0
    assert (tmp_path / "my reports-ledger.xlsx").is_file()


def test_failed_input_shows_in_the_exit_code(capsys, tmp_path):
    """A file that could not be read is named, and the exit code is 1."""
    (tmp_path / "good.txt").write_text("2023年陇西县法治政府建设工作总结\n全县开展检查。\n", encoding="utf-8")
    (tmp_path / "bad.txt").write_bytes(bytes(range(256)) * 40)
    assert main(["check", str(tmp_path), "--metadata", str(tmp_path / "out.csv")]) == 1
    assert "bad.txt" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("table", "file"),
    [("panel", "p.dta"), ("region_years", "w.dta"), ("coverage", "c.csv"), ("cooccurrence", "net.graphml")],
)
def test_export_writes_the_same_from_a_folder_and_from_its_store(table, file, tmp_path, store, capsys):
    """A table exported from a store has the bytes of the one exported from the folder it was built of."""
    paths = []
    for corpus in (SEEDS, store):
        out = tmp_path / corpus.name / file
        assert main(["export", str(corpus), table, str(out)]) == 0
        paths.append(out)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert f"Wrote {paths[1]}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        ["report", ".", "--out", "figures"],
        ["figures", ".", "--out", "study"],
        ["export", ".", "counts", "a/n.csv"],
    ],
)
def test_results_are_not_written_among_the_reports(command, tmp_path, monkeypatch, capsys):
    """What lies inside the corpus folder would be read as reports by the next run: refused before any work."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.txt").write_text("2023年陇西县法治政府建设工作总结\n全县开展检查。\n", encoding="utf-8")
    assert main(command) == 1
    assert "must not lie inside the corpus folder '.'" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["good.txt"]


def test_find_leads_from_a_number_to_its_sentences(store, capsys):
    """`find` prints sentence, citation and file of each place, and the division behind the rate."""
    assert main(["find", str(store), "行政复议申请", "--region", "420205"]) == 0
    out = capsys.readouterr().out
    assert "共收到【行政复议申请】21件" in out
    assert "001_40b0e23e491f613e.txt" in out
    assert "1 places, 1062 tokens, 9.42 per 10,000" in out
    assert main(["find", str(store), "没有这个词"]) == 1


def test_a_report_of_which_places_are_left_out_has_no_rate(store, capsys):
    """At a limit below the places of a report no rate stands; at a limit of just as many nothing is missing."""
    find = ["find", str(store), "行政复议", "--region", "210224", "--limit"]
    assert main([*find, "1000"]) == 0
    *_, rate, total = capsys.readouterr().out.splitlines()
    n = int(total.split()[0])
    assert n > 1
    assert main([*find, str(n - 1)]) == 0
    *_, cut, less = capsys.readouterr().out.splitlines()
    assert cut == f"{rate.split(':')[0]}: {n - 1} places shown, more are not; see --limit"
    assert less == f"{n - 1} places in 1 reports (more are not shown; see --limit)"
    assert main([*find, str(n)]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [rate, total]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "seeds", "pies", "p.csv"], ["'pies'", "region_years"]),
        (["report", "seeds", "--jobs", "0"], ["1 or more; found 0"]),
        (["build", "seeds", "--store", "s", "--part", "3/2"], ["K/N", "'3/2'"]),
        (["report", "seeds", "--formats", "png,gif"], ["tiff", "'png,gif'"]),
        (["figures", "seeds", "--out", "f", "--formats", ""], ["tiff", "found ''"]),
        (["figures", "seeds", "--out", "f", "--figure", "pie"], ["coverage", "'pie'"]),
        (["figures", "seeds", "--out", "f", "--size", "90"], ["30 centimetres", "'90'"]),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(arguments, words, tmp_path, monkeypatch, capsys):
    """An unknown table, share, format, figure or size: code 2 with what was found, before anything is read."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    message = capsys.readouterr().err
    assert all(word in message for word in words)
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store of the seeds."""
    folder = tmp_path_factory.mktemp("stores") / "store"
    assert main(["build", str(SEEDS), "--store", str(folder)]) == 0
    return folder
