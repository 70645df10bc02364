"""Segmentation that is jieba's token for token, with the lexicon's terms kept in one piece."""

import hashlib
import importlib.util
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from ahocorasick_rs import AhoCorasick, MatchKind

from toolkit.terms.folding import fold, twin
from toolkit.terms.lexicon import Lexicon, read_lexicon
from toolkit.terms.user_words import UserWords

ENGINES = ("auto", "jieba", "rjieba")
# What jieba 0.42.1 cuts in one block: no word reaches beyond.
BLOCK = re.compile(r"[\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]+")
# How jieba 0.42.1 divides an ASCII run that no dictionary word covers.
ASCII_PARTS = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
# A mark inside an ASCII run such as 2021-2025, which jieba-rs may keep whole; 3.5% is one token in both.
JOINT = re.compile(r"[+#&._%\-](?=[a-zA-Z0-9+#&._%\-])(?!(?<=\.)[0-9]+%?(?![a-zA-Z0-9+#&._%\-]))")
BREAK = re.compile("[\n。]")
# Characters that jieba-rs counts as Chinese and jieba does not: each is a token of its own in jieba.
RARE = re.compile(r"[^\u0000-\u33ff\u4e00-\u9fd5\ue001-\uf8ff\ufb00-\uffff]")
# A private-use character, a token of its own in both engines, stands for what the engine must not see.
HOLE = "\ue000"

NUMERALS = "〇○零一二三四五六七八九十百千万亿两"
NUMBER = re.compile(rf"[0-9０-９.,．，%％‰{NUMERALS}]+")
LATIN = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ][0-9A-Za-zＡ-Ｚａ-ｚ０-９+#&._%\-]*")


class Segmenter:
    """Cuts Chinese text into words.

    Parameters
    ----------
    lexicon
        A lexicon, or the path of one. Its terms are kept in one piece first (leftmost-longest, across
        punctuation and quotation marks); the rest is jieba's. Without a lexicon the tokens are those of `jieba.lcut`, exactly.
    user_words
        Words to add to jieba's dictionary: an iterable of words or of (word, frequency), a path, or the
        result of `read_user_words`. Their order makes no difference. A word with punctuation inside, which
        jieba would tear, is kept in one piece like a term.
    engine
        "jieba" (the reference), "rjieba" (the same tokens, many times faster) or "auto": the fast one
        where it is installed.
    hmm
        Whether jieba guesses words that its dictionary lacks. Without it the tokens are those of
        `jieba.lcut(text, HMM=False)`, and the engine is jieba itself.

    Notes
    -----
    A segmenter shares nothing with other segmenters or with the module-level jieba, and reads and
    writes no cache file. It can be sent to another process.

    Examples
    --------
    >>> Segmenter().cut("推进行政复议体制改革")
    ['推进', '行政复议', '体制改革']
    """

    def __init__(
        self,
        lexicon: Lexicon | str | Path | None = None,
        user_words: object = (),
        engine: str = "auto",
        hmm: bool = True,
    ) -> None:
        if engine not in ENGINES:
            raise ValueError(f"engine is {engine!r}; choose one of {list(ENGINES)}.")
        if engine == "rjieba" and not hmm:
            raise ValueError("engine 'rjieba' is jieba's equal with hmm only; choose 'auto' or 'jieba'.")
        self.lexicon = read_lexicon(lexicon) if isinstance(lexicon, (str, Path)) else lexicon
        self.user_words = UserWords.of(user_words)
        self.engine = _chosen(engine) if hmm else "jieba"
        self.hmm = hmm

    def __repr__(self) -> str:
        """Engine, lexicon and number of user words."""
        words = len(self.user_words.words)
        return f"Segmenter(engine={self.engine!r}, lexicon={self.lexicon!r}, {words} user words)"

    def __getstate__(self) -> dict[str, object]:
        """What travels to another process; the engine is built where it is used."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    @property
    def settings(self) -> dict[str, object]:
        """Everything that can move a token, as a value for manifests."""
        return {
            "engine": self.engine,
            "engine_version": version(self.engine),
            "dictionary": f"jieba {version('jieba')} dict.txt",
            "dictionary_sha256": _dictionary_sha256(),
            "lexicon_sha256": self.lexicon.sha256 if self.lexicon else "",
            "user_words_sha256": self.user_words.sha256,
            "n_user_words": len(self.user_words.words),
            "hmm": self.hmm,
        }

    @cached_property
    def _engine(self) -> Callable[[str], list[str]]:
        """The function that cuts a text without protected terms."""
        words = [pair for pair in self.user_words.words if BLOCK.fullmatch(pair[0])]
        return _fast(words) if self.engine == "rjieba" else _reference(words, self.hmm)

    def cut(self, text: str) -> list[str]:
        """Words of a text, in order; joined they give the text back."""
        return self.cut_marked(text)[0]

    def cut_marked(self, text: str) -> tuple[list[str], list[int]]:
        """Words of a text, and the positions of those that are terms of the lexicon."""
        kept = self._kept(text)
        if not kept:
            return self._engine(text), []
        gaps, at = [], 0
        for start, end, _ in kept:
            gaps.append(text[at:start])
            at = end
        gaps.append(text[at:])
        hole = absent(text)
        tokens = self._engine(hole.join(gaps))
        places = _fill(tokens, hole, [text[start:end] for start, end, _ in kept])
        return tokens, [place for place, (_, _, term) in zip(places, kept, strict=True) if term]

    def _kept(self, text: str) -> list[tuple[int, int, bool]]:
        """Leftmost-longest spans that stay in one piece, and whether each is a term of the lexicon."""
        matcher, n_terms = self._keeper
        if matcher is None:
            return []
        folded = twin(text)
        found = matcher.find_matches_as_indexes(folded.text)
        return [(*folded.span(start, end), number < n_terms) for number, start, end in found]

    @cached_property
    def _keeper(self) -> tuple[AhoCorasick | None, int]:
        """Finds terms and the user words that jieba would tear; how many are terms."""
        terms = list(self.lexicon.terms) if self.lexicon else []
        torn = [fold(word) for word, _ in self.user_words.words if not BLOCK.fullmatch(word)]
        if not terms and not torn:
            return None, 0
        return AhoCorasick([*terms, *torn], matchkind=MatchKind.LeftmostLongest), len(terms)


@lru_cache(maxsize=1 << 17)
def kind_of(token: str) -> str:
    """Kind of a token that is no term: word, number, latin, punct or space.

    A token wholly of digits or Chinese numerals is a number; one with a letter or Chinese character a
    word, or latin where it begins with a Latin letter.
    """
    if "\u4e00" <= token[0] <= "\u9fff" and token[0] not in NUMERALS:
        return "word"
    if token.isspace():
        return "space"
    if LATIN.fullmatch(token):
        return "latin"
    if not any(map(str.isalnum, token)):
        return "punct"
    return "number" if NUMBER.fullmatch(token) else "word"


def _chosen(engine: str) -> str:
    """The engine to use; auto takes rjieba where it is installed."""
    installed = importlib.util.find_spec("rjieba") is not None
    if engine == "rjieba" and not installed:
        raise ValueError("engine 'rjieba' is not installed; install it, or use engine='jieba'.")
    return "rjieba" if installed and engine != "jieba" else "jieba"


@cache
def _own_jieba() -> ModuleType:
    """A private copy of the jieba package.

    The module-level jieba keeps words, and the words its HMM must split, in globals that any notebook
    cell may change; under a name of its own the package shares nothing with it. Warnings that jieba's
    import raises on some installations (pkg_resources, invalid escapes) tell a reader nothing and are
    left out here.
    """
    name = f"{__name__}._jieba"
    spec = importlib.util.spec_from_file_location(name, _dictionary_path().with_name("__init__.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    return module


def _dictionary_path() -> Path:
    """jieba's dictionary file."""
    return Path(importlib.util.find_spec("jieba").origin).with_name("dict.txt")


@cache
def _dictionary_sha256() -> str:
    """Fingerprint of jieba's dictionary."""
    return hashlib.sha256(_dictionary_path().read_bytes()).hexdigest()


@cache
def dictionary() -> tuple[dict[str, int], int]:
    """Words of jieba's dictionary with their frequencies, and the total; copied before words are added."""
    with _dictionary_path().open("rb") as file:
        return _own_jieba().Tokenizer.gen_pfdict(file)


def _reference(words: Iterable[tuple[str, int | None]], hmm: bool) -> Callable[[str], list[str]]:
    """jieba's own cut on a tokenizer of its own that never touches a cache file."""
    tokenizer = _own_jieba().Tokenizer()
    tokenizer.FREQ, tokenizer.total = dictionary()
    tokenizer.FREQ = dict(tokenizer.FREQ) if words else tokenizer.FREQ
    tokenizer.initialized = True
    for word, frequency in words:
        tokenizer.add_word(word, frequency)
    return partial(tokenizer.lcut, HMM=hmm)


def _fast(words: Iterable[tuple[str, int | None]]) -> Callable[[str], list[str]]:
    """jieba-rs, with its tokens mended where they are not jieba's."""
    from rjieba import Jieba

    engine = Jieba()
    for word, frequency in words:
        engine.add_word(word, frequency, None)

    def cut(text: str) -> list[str]:
        """Words of a text; only what jieba-rs sees otherwise is touched."""
        rare = RARE.findall(text)
        if rare:
            text = RARE.sub(HOLE, text)
        tokens: list[str] = []
        at = 0
        for start, end in _torn(text):
            if at < start:
                tokens += engine.cut(text[at:start])
            tokens += _mended(engine.cut(text[start:end]), engine.has_word)
            at = end
        if at < len(text):
            tokens += engine.cut(text[at:] if at else text)
        if rare:
            _fill(tokens, HOLE, rare)
        return tokens

    return cut


def _torn(text: str) -> Iterator[tuple[int, int]]:
    """Spans, from break to break, of what holds an ASCII run that jieba-rs may not divide as jieba does."""
    at = 0
    for joint in JOINT.finditer(text):
        if joint.start() < at:
            continue
        start = max(at, text.rfind("\n", at, joint.start()) + 1, text.rfind("。", at, joint.start()) + 1)
        stop = BREAK.search(text, joint.end())
        at = stop.end() if stop else len(text)
        yield start, at


def _mended(tokens: list[str], known: Callable[[str], bool]) -> list[str]:
    """Tokens with every ASCII run that is no dictionary word in jieba's parts."""
    mended: list[str] = []
    for token in tokens:
        if len(token) < 3 or not token.isascii() or known(token):
            mended.append(token)
        else:
            mended += filter(None, ASCII_PARTS.split(token))
    return mended


def absent(text: str) -> str:
    """A private-use character that the text does not have."""
    return next(sign for sign in map(chr, range(0xE001, 0xF900)) if sign not in text)


def _fill(tokens: list[str], hole: str, originals: list[str]) -> list[int]:
    """Put back, in order, what the holes stood for; their positions."""
    places: list[int] = []
    place = -1
    for original in originals:
        place = tokens.index(hole, place + 1)
        tokens[place] = original
        places.append(place)
    return places
