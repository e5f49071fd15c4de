"""Words of texts, and which are near to a mistyped one: as quick ways as plain ones say."""

from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from services.registry.search.practices.criteria import EXACT
from services.registry.search.practices.prose import WORD, composed, words_of
from services.registry.search.practices.snippets import marker
from services.registry.search.vocabulary import Vocabulary, fold_word, near

LETTERS = "abeiknoqsuü0ß\u0131æé"
WORDS = st.text(LETTERS, min_size=1, max_size=9)


@given(st.text("abcxyz0189", min_size=1))
def test_plain_words_are_folded_already(word: str) -> None:
    assert fold_word(word) == word


@given(
    asked=WORDS, words=st.lists(WORDS, max_size=30), typos=st.integers(1, 2), begun=st.booleans()
)
@example(asked="kines", words=["kin", "kinesse", "kinesss", "ki"], typos=2, begun=False)
@example(asked="kibnes", words=["kines", "kibnesse", "kib", "kisenlang"], typos=2, begun=True)
def test_near_words_are_those_that_so_many_typos_make(
    *, asked: str, words: list[str], typos: int, begun: bool
) -> None:
    folded = fold_word(asked)

    def is_near(word: str) -> bool:
        whole = fold_word(word)
        looked = (whole, whole[: len(folded)]) if begun else (whole,)
        return min(OSA.distance(folded, each) for each in looked) <= typos

    found = near(folded, words, typos, begun=begun)

    assert found == {word for word in words if is_near(word)}


@given(st.text(st.sampled_from("aBéÜİ\u0131ẞßKΣ̈語かㄱ 9_-,'" + "x" * 3), max_size=90))
@example("İstanbul'da ISTANBUL")
@example("Straẞe 語語 a" + "b" * 70)
def test_words_are_cut_as_the_pattern_for_all_scripts_cuts_them(text: str) -> None:
    text = composed(text)
    cut: list[str] = []
    for found in WORD.finditer(text):
        if found["signs"]:
            cut += found["signs"]
        elif len(found["word"]) <= 60:
            cut.append(found["word"].lower())

    assert list(words_of(text)) == cut


def test_words_are_marked_however_they_are_written() -> None:
    vocabulary = Vocabulary()
    vocabulary.learn(["de"], ["über", "straße"])

    found = marker("uber strasse", EXACT, vocabulary, [])

    assert found is not None
    text = "ÜBER die Straße und überall, _Über_ Straßen"
    assert found.findall(text) == ["ÜBER", "Straße", "Über"]
