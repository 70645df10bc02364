"""Segmentation is jieba's, token for token, and shares nothing with anything."""

import os
import pickle
import random
import subprocess
import sys
from pathlib import Path

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.terms.lexicon import SHIPPED, read_lexicon
from toolkit.terms.segment import Segmenter, dictionary, kind_of

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
SHARED = Path(os.environ.get("TOOLKIT_SHARED", Path(__file__).resolve().parents[2] / "shared"))

SENTENCE = "2021-2025年,全面推行“双随机、一公开”监管,互联网+监管覆盖率98.5%。\r\n硚口区𠮷㐂C++与AT&T。"
PIECES = st.one_of(
    st.text(alphabet="法治政府建设行政执法复议应诉的了在和与人大中国新时代推进深化改革", max_size=8),
    st.text(alphabet="abcXYZ0189.%-+#&_ ,，。、“”\r\n\t", max_size=8),
    st.text(max_size=6),
    st.sampled_from(
        ["C++", "AT&T", "卡拉OK", "4S店", "A股", "2021-2025", "1.2.3", "〇", "㐂", "𠮷", "鿕", "鿖", "\ue000"]
    ),
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@pytest.fixture(scope="module")
def reference():
    """The segmenter on jieba itself."""
    return Segmenter(engine="jieba")


@pytest.fixture(scope="module")
def fast():
    """The segmenter on jieba-rs."""
    return Segmenter(engine="rjieba")


def test_reference_is_jieba(reference):
    """Without a lexicon the reference engine gives the tokens of jieba.lcut."""
    assert reference.cut(SENTENCE) == jieba.lcut(SENTENCE)


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_engines_agree_token_for_token(reference, fast, text):
    """Whatever the text, the fast engine gives the tokens of the reference."""
    assert fast.cut(text) == reference.cut(text)


def random_text(chance, seed_text, words):
    """Text from report snippets, dictionary words, ASCII runs, rare and non-BMP characters."""
    at = chance.randrange(len(seed_text))
    ranges = [
        (0x4E00, 0xA000),
        (0x3400, 0x4DC0),
        (0x20000, 0x2A6E0),
        (0xF900, 0xFB00),
        (0, 0xD800),
        (0xE000, 0x10000),
    ]
    made = [
        seed_text[at : at + chance.randrange(15)],
        chance.choice(words),
        "".join(chance.choices("abAZ019.%-+#&_ ,，。、“”\r\n\t○〇", k=chance.randrange(7))),
        "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(chance.randrange(4))),
    ]
    return "".join(chance.choices(made, weights=[4, 3, 3, 1], k=chance.randrange(1, 9)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "user_words", [(), ("互联网+监管", "5G+", "a-b", "1.2", ("的学", 900), "法治政府建设", "T恤-1")]
)
def test_random_strings_are_cut_alike(user_words):
    """40,000 random strings, without user words and with awkward ones: 0 differences."""
    chance = random.Random(20261122)
    seed_text = "".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt")))
    reference = Segmenter(user_words=user_words, engine="jieba")
    fast = Segmenter(user_words=user_words, engine="rjieba")
    words = [word for word, frequency in dictionary()[0].items() if frequency]
    words = chance.sample(words, 3000) + [word for word in words if not word.isalpha()]
    words += [word if isinstance(word, str) else word[0] for word in user_words] * 100
    for _ in range(20_000):
        text = random_text(chance, seed_text, words)
        assert fast.cut(text) == reference.cut(text), text


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="the development corpus is not in this checkout")
def test_real_reports_are_cut_alike(fast):
    """158 work reports and the five seeds, three million characters: the tokens of jieba.lcut."""
    paths = [*sorted((SHARED / "corpora" / "shenzhen").glob("*.txt")), *sorted(SEEDS.glob("*.txt"))]
    assert len(paths) == 163
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert fast.cut(text) == jieba.lcut(text), path.name


def test_user_words_agree_on_both_engines():
    """User words, with and without frequency and with Latin and marks, are the same on both engines."""
    words = ["互联网+监管", "法治政府建设", "5G+政务", ("复议应诉", 7), "T-1", "2023年度"]
    text = "法治政府建设与复议应诉,互联网+监管、5G+政务和T-1-2,2023年度2021-2025。"
    both = [Segmenter(user_words=words, engine=engine).cut(text) for engine in ("jieba", "rjieba")]
    assert both[0] == both[1]
    assert {"互联网+监管", "法治政府建设", "T-1"} <= set(both[0])


def test_user_words_with_punctuation_are_kept_whole():
    """A user word that crosses punctuation is one token of kind word, with its quotation marks or without."""
    segmenter = Segmenter(user_words=["双随机、一公开", "(试行)"])
    assert segmenter.cut("“双随机、一公开”办法(试行)") == ["“", "双随机、一公开", "”", "办法", "(试行)"]
    assert segmenter.cut_marked("(试行)") == (["(试行)"], [])


def test_segmenters_do_not_know_of_each_other(reference):
    """Words of one segmenter, of the module-level jieba, and its deletions leave another untouched."""
    before = reference.cut("推进法治政府建设")
    Segmenter(user_words=["法治政府建设"], engine="jieba").cut("法治政府建设")
    try:
        jieba.add_word("推进法治")
        jieba.del_word("政府")
        assert reference.cut("推进法治政府建设") == before
        assert Segmenter(engine="jieba").cut("推进法治政府建设") == before
    finally:
        jieba.finalseg.Force_Split_Words.clear()
        jieba.dt = jieba.Tokenizer()


def test_terms_are_kept_in_one_piece():
    """With the lexicon a term is one token, across punctuation and quotation marks too."""
    tokens = Segmenter(lexicon=read_lexicon()).cut(SENTENCE)
    assert "双随机、一公开" in tokens
    assert "".join(tokens) == SENTENCE


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("法治", "word"),
        ("2021", "number"),
        ("98.5%", "number"),
        ("二十", "number"),
        ("app", "latin"),
        ("。", "punct"),
        ("\u3000", "space"),
        ("第一", "word"),
        ("5G", "word"),
    ],
)
def test_kinds(token, kind):
    """Each token has one kind, told from its characters."""
    assert kind_of(token) == kind


def test_frequency_zero_is_refused():
    """A word with frequency 0 is refused on both engines: jieba would split it for every tokenizer."""
    for engine in ("jieba", "rjieba"):
        with pytest.raises(ValueError, match="'法治' cannot be used: its frequency 0"):
            Segmenter(user_words=[("法治", 0)], engine=engine)


def test_without_hmm_the_tokens_are_those_of_jieba_without_hmm():
    """hmm=False is jieba's HMM=False on either choice of engine, and the settings say so."""
    text = SENTENCE + "他来到了网易杭研大厦"
    segmenter = Segmenter(hmm=False)
    assert segmenter.cut(text) == jieba.lcut(text, HMM=False)
    assert (segmenter.settings["engine"], segmenter.settings["hmm"]) == ("jieba", False)
    with pytest.raises(ValueError, match="with hmm only"):
        Segmenter(engine="rjieba", hmm=False)


def test_a_lexicon_is_read_from_its_path():
    """A path in place of a lexicon is read."""
    path = SHIPPED
    assert Segmenter(lexicon=path).settings == Segmenter(lexicon=read_lexicon()).settings


def test_unknown_engine_is_named():
    """An engine that does not exist is refused with the list of those that do."""
    with pytest.raises(ValueError, match="engine is 'thulac'; choose one of"):
        Segmenter(engine="thulac")


def test_settings_tell_what_can_move_a_token():
    """Lexicon and user words show in the settings, their order does not."""
    plain, one = Segmenter().settings, Segmenter(user_words=["甲乙", "丙丁"]).settings
    assert plain["user_words_sha256"] != one["user_words_sha256"]
    assert one == Segmenter(user_words=["丙丁", "甲乙"]).settings
    assert len(plain["dictionary_sha256"]) == 64


def test_a_segmenter_travels():
    """A segmenter sent to another process gives the same tokens there."""
    segmenter = Segmenter(lexicon=read_lexicon(), user_words=["法治陇西"])
    assert pickle.loads(pickle.dumps(segmenter)).cut(SENTENCE) == segmenter.cut(SENTENCE)


def test_import_says_nothing(tmp_path):
    """Segmenting prints nothing, warns of nothing and leaves no cache file, whatever setuptools is there."""
    code = (
        "import warnings, os; warnings.simplefilter('error')\n"
        "from toolkit.terms.segment import Segmenter\n"
        "Segmenter(engine='jieba').cut('法治政府')"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert run.stdout == run.stderr == b""
    assert list(tmp_path.iterdir()) == []
