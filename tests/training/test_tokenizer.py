"""transformers loads the tokenizer of a lexicon, and all symbols come back."""

import pytest
from transformers import AutoTokenizer

from hyperphrase import Corpus, Lexicon, Recipe, write_tokenizer

V = 250_000


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.load("english", vocabulary=V)


@pytest.fixture(scope="module")
def folder(lexicon, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    write_tokenizer(lexicon, folder)
    return folder


@pytest.fixture(scope="module")
def tokenizer(folder):
    return AutoTokenizer.from_pretrained(folder)


def test_all_symbols_come_back(tokenizer, lexicon):
    assert list(range(V)) == tokenizer(lexicon.symbols)["input_ids"]
    assert lexicon.symbols == tokenizer.decode(range(V))
    assert V + 4 == len(tokenizer)


def test_phrases_of_a_corpus_have_their_ids(tokenizer, lexicon):
    corpus = Corpus.virtual(Recipe.create("zipf", lexicon=lexicon), lexicon, (0, 20))
    texts = [lexicon.to_symbols(phrase.ids) for phrase in corpus]
    assert [phrase.ids.tolist() for phrase in corpus] == tokenizer(texts)["input_ids"]
    assert texts == tokenizer.batch_decode([phrase.ids for phrase in corpus])


def test_special_tokens_have_the_ids_above_the_vocabulary(tokenizer, lexicon):
    ids = [tokenizer.eos_token_id, tokenizer.bos_token_id, tokenizer.pad_token_id, tokenizer.unk_token_id]
    assert [V, V + 1, V + 2, V + 3] == ids
    a, b = lexicon.symbols[:2]
    assert [V + 1, 0, V, V + 3] == tokenizer(f"<|begin|>{a}<|end|>!")["input_ids"]
    assert f"{a}<|end|>{b}" == tokenizer.decode([0, V, 1])
    assert a + b == tokenizer.decode([V + 1, 0, V, 1, V + 2], skip_special_tokens=True)
    assert sorted(tokenizer.all_special_ids) == ids


def test_a_batch_is_padded_with_the_pad_of_its_own(tokenizer, lexicon):
    batch = tokenizer([lexicon.symbols[:3], lexicon.symbols[7]], padding=True, return_tensors="np")
    assert [[0, 1, 2], [7, V + 2, V + 2]] == batch["input_ids"].tolist()
    assert [[1, 1, 1], [1, 0, 0]] == batch["attention_mask"].tolist()


def test_a_context_of_a_plan_reads_as_text(tokenizer, lexicon):
    corpus = Corpus.virtual(Recipe.create("zipf", lengths="fixed:length=9", lexicon=lexicon), lexicon, (0, 40))
    plan = corpus.contexts(
        length=64, packing="best_fit", separator=tokenizer.eos_token_id, padding=tokenizer.pad_token_id
    )
    text = tokenizer.decode(plan[0]["input_ids"])
    assert text.count("<|end|>") == 6
    assert plan[0]["input_ids"].tolist() == tokenizer(text)["input_ids"]


def test_it_is_saved_and_loaded_again(tokenizer, lexicon, tmp_path):
    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert (V + 2, V + 4) == (again.pad_token_id, len(again))
    some = lexicon.symbols[:: V // 1000]
    assert tokenizer(some)["input_ids"] == again(some)["input_ids"]


def test_other_special_tokens_are_loaded(tmp_path):
    lexicon = Lexicon.load("synthetic", vocabulary=100)
    write_tokenizer(lexicon, tmp_path, ["</s>", "<s>", "[PAD]", "[UNK]"])
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    assert ("</s>", 102, "[UNK]") == (tokenizer.eos_token, tokenizer.pad_token_id, tokenizer.unk_token)


def test_line_ends_are_characters_too(tokenizer, lexicon):
    assert [0, V + 3, 1] == tokenizer(f"{lexicon.symbols[0]}\n{lexicon.symbols[1]}")["input_ids"]
