"""Make hyperphrase/laws/text/english_grammar.txt: the grammar of English that ``template`` takes by default.

The rules and the lists of verbs, pronouns, determiners and the like are our own, and stand here. Nouns, adjectives and
adverbs are those of the package lemminflect 0.2.3 (MIT; its table is derived from the SPECIALIST Lexicon of the U.S.
National Library of Medicine) that are of one class only, the most frequent ones in the English lexicon here; it tells
plurals and the forms of verbs too. It is not needed to run the program.

Run: python tools/make_english_grammar.py infl_lu.csv.gz > hyperphrase/laws/text/english_grammar.txt
"""

import gzip
import sys
from collections import defaultdict

from hyperphrase.lexicon.lexicon import build_lexicon

NOUNS, ADJECTIVES, ADVERBS = 1500, 700, 250
RARE_PLURAL = 0.05  # of the singular's frequency: a noun whose plural is rarer is not counted

RULES = """
S        -> 12 Clause | 3 Clause Conj Clause | 1 Sub Clause Clause | 1 AdvS Clause
Clause   -> 6 NPs VPs | 4 NPp VPp
NPs      -> 6 Ns | 2 PronS | 1 Ns PP
NPp      -> 5 Np | 2 PronP | 1 Np PP | 1 Ns And Ns
Ns       -> 5 Det NbarS | 2 A NbarC | 1 An NbarV
Np       -> 4 DetP NbarP | 2 NbarP
NbarS    -> 5 NounC | 2 NounV | 3 AdjC NounS | 1 AdjV NounS
NbarC    -> 3 NounC | 1 AdjC NounS
NbarV    -> 3 NounV | 1 AdjV NounS
NbarP    -> 3 NounP | 1 AdjC NounP | 1 AdjV NounP
NounS    -> 4 NounC | 1 NounV
NPo      -> 4 Ns | 3 Np | 1 PronO
PP       -> Prep NPo
VPs      -> 6 VtS NPo | 3 ViS | 3 ViS PP | 2 VtS NPo PP | 2 ViS Adv | 2 IsS Pred | 1 SaysS That Clause | 2 Modal VPb
VPp      -> 6 VtP NPo | 3 ViP | 3 ViP PP | 2 VtP NPo PP | 2 ViP Adv | 2 IsP Pred | 1 SaysP That Clause | 2 Modal VPb
VPb      -> 4 VtB NPo | 2 ViB | 2 ViB PP | 1 ViB Adv
VtS      -> 3 VtPast | 2 Vt3
VtP      -> 3 VtPast | 2 VtB
ViS      -> 3 ViPast | 2 Vi3
ViP      -> 3 ViPast | 2 ViB
SaysS    -> 3 SaysPast | 2 Says3
SaysP    -> 3 SaysPast | 2 SaysB
Pred     -> 3 AdjC | 1 AdjV | 1 Very AdjC | 1 PP
"""
CLOSED = {
    "Det": "the this that every each no my your his her our their another some",
    "A": "a",
    "An": "an",
    "DetP": "the these those many few some all two three my your his her our their several both",
    "PronS": "he she it someone everyone nobody",
    "PronP": "they we you",
    "PronO": "him her it them us me you",
    "Prep": "in on with at from for by near under over behind after before through without between "
    "against about across around into along inside beyond",
    "IsS": "is was seems became remains",
    "IsP": "are were seem became remain",
    "Modal": "will would can could may might must should",
    "Conj": "and but or so while because",
    "Sub": "when if although because while after before since as",
    "And": "and",
    "That": "that",
    "Very": "very quite rather so too",
}
# Verbs that take an object, and verbs that take none; each in its plain form
TRANSITIVE = """
accept achieve add admire adopt announce answer approach attack avoid bear beat begin believe bring build burn buy call
carry catch change chase choose claim close collect complete consider control cover create cross cut damage defend
deliver describe design destroy develop discover discuss draw drive drop earn eat encounter encourage enjoy enter
establish examine expect explain explore express face fear feed feel fight fill find finish follow forget gain gather
give grab greet guard guide handle hate hear help hide hit hold identify ignore imagine improve include influence invent
invite join keep kick kill know launch lead learn leave like limit lose love maintain make manage mark measure meet
mention miss move need notice observe offer open order own paint pass pay pick plan plant play praise prefer prepare
present preserve prevent produce promise protect prove provide publish pull push question raise reach read receive
recognize recommend record reduce refuse reject release remember remove repair repeat replace report represent require
rescue respect reveal save see seek sell send serve share shape shoot show solve spend spread start steal stop study
suggest support surround take teach tell test touch trade train trust turn understand use visit want warn wash watch
wear welcome win wish write
""".split()  # noqa: SIM905 - words read as words
INTRANSITIVE = """
act agree appear argue arise arrive awake bend bleed bloom breathe burn change climb collapse come continue cough crawl
cry dance decline depart die disappear dream drift emerge escape exist fade fail fall flee float flow fly glow go grow
happen hesitate hide hurry improve jump kneel laugh lean learn leave lie listen live look march matter move occur pause
play pray proceed react recover relax remain respond rest return rise roar run sail scream settle shine shiver shout
sing sink sit sleep slide smile sneeze speak spin stand stay stumble succeed suffer survive swim talk think travel
tremble vanish wait wake walk wander weep whisper win wonder work
""".split()  # noqa: SIM905 - as above
SAYING = """
say think know believe hope claim argue suggest explain assume agree admit insist fear doubt realize
""".split()  # noqa: SIM905 - as above
UNFIT = {
    "other",
    "lot",
    "able",
    "same",
    "available",
    "ass",
    "shit",
    "fuck",
    "fucking",
    "bitch",
    "bullshit",
    "porn",
    "rape",
    "dick",
    "whore",
    "nigga",
    "cunt",
    "pussy",
    "slut",
    "bastard",
    "asshole",
    "damn",
    "tit",
    "cock",
    "fag",
    "vagina",
    "penis",
    "anal",
    "nazi",
}


def forms_of(path: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return {class: {lemma: its inflections, the first form of each}}."""
    table: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            lemma, kind, *rest = line.rstrip("\n").split(",")
            table[kind][lemma] = tuple(form.split("/")[0] for form in rest)
    return table


def main(path: str) -> None:
    """Print the grammar."""
    table = forms_of(path)
    lexicon = build_lexicon("english", None, "stable", lambda name: open(name, "rb"))  # noqa: PTH123, SIM115 - unused
    rank = {word: i for i, word in enumerate(lexicon.words)}
    kinds: dict[str, set[str]] = defaultdict(set)  # of every form
    for kind, lemmas in table.items():
        for lemma, forms in lemmas.items():
            for form in (lemma, *forms):
                kinds[form].add(kind)
    closed = UNFIT.union(*(words.split() for words in CLOSED.values()))

    def best(kind: str, count: int, good: object) -> list[str]:
        fit = [w for w in table[kind] if w in rank and w.islower() and w.isalpha() and len(w) > 2 and w not in closed]
        return sorted((w for w in fit if kinds[w] == {kind} and good(w)), key=rank.__getitem__)[:count]  # type: ignore[operator]

    def counted(word: str) -> bool:
        plural = table["noun"][word][0] if table["noun"][word] else ""
        frequency = lexicon.frequencies
        return plural != word and plural in rank and frequency[rank[plural]] > RARE_PLURAL * frequency[rank[word]]

    nouns = best("noun", NOUNS, counted)
    adjectives = best("adj", ADJECTIVES, lambda word: True)
    adverbs = best("adv", ADVERBS, lambda word: word.endswith("ly"))
    classes = {name: words.split() for name, words in CLOSED.items()}
    classes |= {"NounC": [w for w in nouns if not vowel(w)], "NounV": [w for w in nouns if vowel(w)]}
    classes |= {"NounP": [table["noun"][word][0] for word in nouns]}
    classes |= {"AdjC": [w for w in adjectives if not vowel(w)], "AdjV": [w for w in adjectives if vowel(w)]}
    classes |= {"Adv": adverbs, "AdvS": [w for w in adverbs if w not in ("fully", "highly", "barely")]}
    for name, verbs in (("Vt", TRANSITIVE), ("Vi", INTRANSITIVE), ("Says", SAYING)):
        classes |= {name + "B": verbs, name + "Past": [table["verb"][verb][0] for verb in verbs]}
        classes |= {name + "3": [table["verb"][verb][-1] for verb in verbs]}
    show(classes)


def vowel(word: str) -> bool:
    """Tell whether "an" stands before ``word``, by its letters and the exceptions that matter."""
    silent = word.startswith(("hour", "honest", "honor", "honour", "heir"))
    as_you = word.startswith(("uni", "use", "usu", "uti", "eu", "ura", "one", "once", "ubiq")) and not word.startswith(
        ("unim", "unin")
    )
    return silent or (word[0] in "aeiou" and not as_you)


def show(classes: dict[str, list[str]]) -> None:
    """Print rules and classes in lines of at most 120 characters."""
    print("# English sentences; made by tools/make_english_grammar.py, which says where the words come from")
    print(RULES.strip("\n"))
    for name, words in classes.items():
        line = f"{name} ="
        for word in dict.fromkeys(words):
            if len(line) + 1 + len(word) > 120:
                print(line)
                line = f"{name} ="
            line += f" {word}"
        print(line)


if __name__ == "__main__":
    main(sys.argv[1])
