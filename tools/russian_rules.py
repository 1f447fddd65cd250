"""The rules of the Russian grammar, and its function words: what :mod:`tools.make_russian_grammar` fills with classes.

In a rule, {g} stands for each gender, m f n, and p for the plural, {n} for the number that the gender has, s or p.
``@Noun X Y`` is the alternative X Y with the weight size^0.75 of the class Noun.

Names. Nouns and their phrases: case, Nom Gen Dat Acc Abl Loc; then A, beings, or I, things; then gender. Adjectives,
Adj, and determiners, Det: by what their form tells, not by what it is used for (AdjObl is every oblique case of the
feminine).
A class whose name ends in S has the words after which "со" stands for "с", one in V those that ask for "во" as well;
the class of the same name without it has the others.
"""

GENDERS = "mfnp"

#: The form of an adjective that agrees with a noun, by case, being or thing, and gender.
ADJECTIVE = {
    "Nom": dict(zip(GENDERS, ("M", "F", "N", "P"), strict=True)),
    "Gen": dict(zip(GENDERS, ("Gen", "Obl", "Gen", "GenP"), strict=True)),
    "Dat": dict(zip(GENDERS, ("Dat", "Obl", "Dat", "DatP"), strict=True)),
    "AccI": dict(zip(GENDERS, ("M", "Acc", "N", "P"), strict=True)),
    "AccA": dict(zip(GENDERS, ("Gen", "Acc", "N", "GenP"), strict=True)),
    "Abl": dict(zip(GENDERS, ("Abl", "Obl", "Abl", "AblP"), strict=True)),
    "Loc": dict(zip(GENDERS, ("Loc", "Obl", "Loc", "GenP"), strict=True)),
}

#: Noun classes, by case and being or thing, with their genders; neuter beings are among the things.
NOUNS = {case + kind: "mfp" if kind == "A" else "mfnp" for case in ("Nom", "Gen", "Dat", "Acc", "Abl") for kind in "AI"}
NOUNS["LocI"] = "mfnp"

SENTENCES = """
S        -> 20 Clause | 4 Clause Conj Clause | 2 Clause Because Clause | 2 When Clause Clause | 1 Has
Because  -> 2 Potomu That | 1 Tak Kak | 2 Hotja
Clause   -> 11 ClauseA | 9 ClauseI
ClauseA  -> @NomAm ClauseAm | @NomAf ClauseAf | @NomAp ClauseAp
ClauseI  -> @NomIm ClauseIm | @NomIf ClauseIf | @NomIn ClauseIn | @NomIp ClauseIp
Has      -> 3 U NpGenA Est NpNomI | 2 U HimGen Est NpNomI | 1 V NpSafeLocI Est NpNomI
NpNomI   -> @NomIm NpNomIm | @NomIf NpNomIf | @NomIn NpNomIn | @NomIp NpNomIp
Of       -> 4 BareGenI | 2 BareGenA | 2 AdjectiveGen
BareGenI -> @GenIm GenIm | @GenIf GenIf | @GenIn GenIn | @GenIp GenIp
BareGenA -> @GenAm GenAm | @GenAf GenAf | @GenAp GenAp
AdjectiveGen -> @GenIm AnyGen GenIm | @GenIf AnyObl GenIf | @GenIn AnyGen GenIn | @GenIp AnyGenP GenIp
Object   -> 4 NpAccI | 1 NpAccA
PP       -> 6 V NpSafeLocI | 1 V LocGeo | 4 Na NpLocI | 3 OfThings NpGenI | 2 OfBeings NpGenA | 2 ToThings NpDatI
PP       -> 2 AtThings NpAblI | 2 With NpSafeAblA | 1 With NpSafeAblI | 1 Through NpAccI | 1 Pronominal
Place    -> 6 V NpSafeLocI | 2 V LocGeo | 4 Na NpLocI | 1 AtThings NpAblI
To       -> 4 V NpSafeAccI | 3 Na NpAccI | 2 K NpDatI | 1 K NpDatA | 2 From NpGenI
Pronominal -> 2 U HimGen | 2 With HimAbl | 1 K HimDat | 1 For HimGen
Infinitive -> 5 VtInf Object | 2 ViInf | 2 ViInf PP | 1 MotionInf To | 1 WithDatInf NpDatA | 1 WithAblInf NpAblI
NpDat    -> 3 NpDatA | 1 NpDatI
Wide     -> 3 Very | 1 TooMuch
"""

CLAUSES = """
ClauseA{g} -> SubjectA{g} PredicateA{g}
SubjectA{g} -> 9 NpNomA{g} | 1 He{g} | 1 NpNomA{g} Which{g} Relative{g}
PredicateA{g} -> 8 Vt{g} Object | 2 Vt{g} Object PP | 4 Vi{g} | 4 Vi{g} PP | 1 Adv Vi{g} | 1 Adv Vt{g} Object
PredicateA{g} -> 2 Motion{g} To | 1 WithDat{g} NpDat | 1 WithAbl{g} NpAblI | 1 WithGen{g} NpGenI | 2 Says{g} That Clause
PredicateA{g} -> 2 Can{g} Infinitive | 1 Must{g} Infinitive | 1 Stays{g} Place | 1 Becomes{g} NpBecomeA{n}
PredicateA{g} -> 1 Short{g} | 1 Wide Short{g} | 1 Not Vi{g} | 1 Vt{g} Object And Vt{g} Object | 2 Hurt{g}
PredicateA{g} -> 1 Hurt{g} PP
"""
THINGS = """
ClauseI{g} -> SubjectI{g} PredicateI{g}
SubjectI{g} -> 10 NpNomI{g} | 1 NpNomI{g} Which{g} Relative{g}
PredicateI{g} -> 6 Vt{g} Object | 1 Vt{g} Object PP | 4 Vi{g} | 4 Vi{g} PP | 1 Adv Vi{g} | 2 Passive{g}
PredicateI{g} -> 2 Passive{g} PP | 1 Passive{g} NpAblA | 2 Short{g} | 1 Wide Short{g} | 1 Becomes{g} NpBecomeI{n}
PredicateI{g} -> 1 Stays{g} Place | 1 Not Passive{g}
Relative{g} -> 3 Vt{g} Object | 2 Vi{g} PP | 1 Vi{g}
"""
#: Verbs by their form: the past agrees in gender, the present in number.
VERBS = """
{v}{g} -> 3 {v}Past{g} | 2 {v}Pres{n}
"""
VERB_KINDS = ("Vt", "Vi", "Motion", "Stays", "WithDat", "WithAbl", "WithGen", "Says", "Can", "Becomes")

#: Function words. Determiners follow their names: the form of the adjective that they stand beside.
CLOSED = {
    "Conj": "и*3 а но*2",
    "And": "и",
    "Potomu": "потому",
    "Tak": "так",
    "Kak": "как",
    "Hotja": "хотя пока",
    "When": "когда если пока",
    "That": "что",
    "Not": "не",
    "Very": "очень весьма довольно",
    "TooMuch": "слишком вполне",
    "Est": "есть",
    "U": "у",
    "V": "в",
    "Na": "на",
    "K": "к",
    "With": "с",
    "For": "для",
    "OfThings": "для из от до после около вокруг без среди вдоль",
    "OfBeings": "у для от без против около",
    "ToThings": "по к",
    "AtThings": "под над перед за",
    "Through": "через про",
    "From": "из от",
    "HimGen": "него нее них нас вас",
    "HimDat": "нему ней ним нам вам",
    "HimAbl": "ним ней ними нами вами",
    "Hem": "он",
    "Hef": "она",
    "Hep": "они",
    "Whichm": "который",
    "Whichf": "которая",
    "Whichn": "которое",
    "Whichp": "которые",
    "Mustm": "должен",
    "Mustf": "должна",
    "Mustn": "должно",
    "Mustp": "должны",
    "DetM": "этот*2 тот мой наш ваш каждый любой другой такой его*0.3 ее*0.3 их*0.3",
    "DetF": "эта*2 та моя наша ваша каждая любая другая такая его*0.3 ее*0.3 их*0.3",
    "DetN": "это*2 то мое наше ваше каждое любое другое такое его*0.3 ее*0.3 их*0.3",
    "DetP": "эти*2 те мои наши ваши другие такие некоторые многие все*2 его*0.3 ее*0.3 их*0.3",
    "DetGen": "этого*2 того моего нашего вашего каждого любого другого такого его*0.3 ее*0.3 их*0.3",
    "DetObl": "этой*2 той моей нашей вашей каждой любой другой такой его*0.3 ее*0.3 их*0.3",
    "DetAcc": "эту*2 ту мою нашу вашу каждую любую другую такую свою*2 его*0.3 ее*0.3 их*0.3",
    "DetGenP": "этих*2 тех моих наших ваших других таких некоторых его*0.3 ее*0.3 их*0.3",
    "DetDat": "этому*2 тому моему нашему вашему каждому любому другому его*0.3 ее*0.3 их*0.3",
    "DetDatP": "этим*2 тем моим нашим вашим другим некоторым его*0.3 ее*0.3 их*0.3",
    "DetAbl": "этим*2 тем моим нашим вашим каждым любым другим его*0.3 ее*0.3 их*0.3",
    "DetAblP": "этими*2 теми моими нашими вашими другими некоторыми его*0.3 ее*0.3 их*0.3",
    "DetLoc": "этом*2 том моем нашем вашем каждом любом другом таком его*0.3 ее*0.3 их*0.3",
}


def rules(split: set[str]) -> list[str]:
    """Return all rules, the sentence first; ``split``: the classes of which a part asks for "со" or "во"."""
    lines = [*SENTENCES.strip().split("\n"), *_phrases(split)]
    for text, genders in ((CLAUSES, "mfp"), (THINGS, "mfnp")):
        for gender in genders:
            number = "p" if gender == "p" else "s"
            lines += [line.format(g=gender, n=number) for line in text.strip().split("\n")]
    for kind in VERB_KINDS:
        for gender in GENDERS:
            lines.append(VERBS.strip().format(v=kind, g=gender, n="p" if gender == "p" else "s"))
    for form in sorted({form for forms in ADJECTIVE.values() for form in forms.values()}):
        lines.append(f"Any{form} -> {_either('Adj' + form, split, '', 'S', 'V')}")
    return lines


def _phrases(split: set[str]) -> list[str]:
    """Return the rules of noun phrases: any, those that "с" or "в" can stand before, and predicates."""
    lines = []
    for kind, genders in NOUNS.items():
        for gender in genders:
            forms = ADJECTIVE[kind if kind[:3] == "Acc" else kind[:3]]
            adjective, noun = forms[gender], kind + gender
            lines.append(f"Any{noun} -> {_either(noun, split, '', 'S', 'V')}")
            lines.append(_phrase("Np", noun, f"Det{adjective}", f"Any{adjective}", f"Any{noun}"))
            if kind in ("AblA", "AblI", "LocI", "AccI"):
                safe = ("", "S") if kind in ("LocI", "AccI") else ("",)  # after "в", after "с"
                first, alone, determiner = f"Safe{kind}{adjective}", f"Safe{noun}", f"Det{adjective}"
                lines.append(f"{alone} -> {_either(noun, split, *safe)}")
                if kind == "AccI":  # the adjectives of the accusative are those of other cases, and not split
                    lines.append(f"NpSafe{noun} -> 6 {alone} | 1 {determiner} Any{noun} | 2 {alone} Of")
                    continue
                lines.append(f"{first} -> {_either('Adj' + adjective, split, *safe)}")
                lines.append(_phrase("NpSafe", noun, determiner, first, alone))
        lines += [
            f"{head}{kind} -> " + " | ".join(f"@{kind}{gender} {head}{kind}{gender}" for gender in genders)
            for head in (("Np", "NpSafe") if kind in ("AblA", "AblI", "LocI", "AccI") else ("Np",))
            if kind not in ("NomA", "NomI")
        ]
    for kind in "AI":
        singular = "mf" if kind == "A" else "mfn"
        parts = [f"@Abl{kind}{gender} NpAbl{kind}{gender}" for gender in singular]
        lines += [f"NpBecome{kind}s -> " + " | ".join(parts), f"NpBecome{kind}p -> NpAbl{kind}p"]
    return list(dict.fromkeys(lines))


def _phrase(head: str, noun: str, determiner: str, adjective: str, alone: str) -> str:
    """Return the rule of a phrase of ``noun``, whose first word is a determiner, an adjective or it alone."""
    both = f"{determiner} Any{determiner.removeprefix('Det')} Any{noun}"
    return f"{head}{noun} -> 6 {alone} | 3 {adjective} Any{noun} | 1 {determiner} Any{noun} | 1 {both} | 2 {alone} Of"


def _either(name: str, split: set[str], *parts: str) -> str:
    names = [name + part for part in parts if not part or name + part in split]
    return " | ".join(f"@{one} {one}" for one in names) if len(names) > 1 else names[0]
