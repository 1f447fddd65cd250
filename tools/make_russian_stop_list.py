"""Make hyperphrase/laws/text/stop_lists/russian.txt: words that the shipped grammar of Russian leaves out by default.

They are the forms, among the first 250,000 words of the Russian lexicon, that the patterns here find: obscenities,
sexual terms, slurs. A pattern is of a whole word, or of its beginning: what is obscene inside of words is innocent in
others (страх, рубля, корабля, хлеба, команда).

Run: python -m tools.make_russian_stop_list > hyperphrase/laws/text/stop_lists/russian.txt
"""

import re

from hyperphrase.lexicon.lexicon import build_lexicon

WORDS = 250_000

#: Whole words; "-" is any of the endings of nouns of the first two declensions, "*" any letters.
PATTERNS = """
ху[йяеёю]* (на|по|ни|не|а|о|до|за|от|вы|рас|пере)ху[йяеёю]*
(на|по|ни|до|за|о)?хер(а|у|ом|ы|ня|ню|ни|ней|ел*|еть|ачь*|ач*)? херов(о|ый|ая|ое|ые|ого|ой|ым|ых|ую)
(на|по|ни|до)?хрен(а)? хренов(о|ый|ая|ое|ые|ого|ой|ым|ых|ую) хрен[ьи] *п[ие]зд* [её]б(а|е|ё|и|л|н|у|щ|ыр)*
(за|на|вы|про|по|до|у|от|съ|разъ|объ|отъ|въ|подъ|изъ|взъ|недо|долбо|мозго)[её]б* бля бля[дт]* выбляд* манд- мандавош*
муд(а[кч]|ил|озвон|ень|охать)* залуп* г[ао]ндон* пид[оа]р* пидр* педер[а]* педик- педо(фил)* гоми(к|ц)* гомосек*
гомосексу* лесби* транс(вест|секс)* ге(й|я|ю|ем|и|ев|ям|ями|ях) сук[аиуе] сук(ой|ам|ами|ах) суч(к|ар|ий|ья|ье|ьи)*
шлю[хш]* шалав* потаскух* проститу* путан- давалк- бордел* сутен[её]р* шмар- курв- лярв* дерьм* говн* говен*
(за|на|о|об|по|вы|у|про)?ср(ать|ал|ала|али|ался|ет|ут|ань|ани|ака|аку|акой|аный|аная) засран*
(об|за|по|на|у)?сс(ать|ал|ала|али|ыт|ут|у|анина|аный|аться|ался|ыкл*) жоп* (за|на|пере|об)?перд(еть|ел*|ит|ун*|еж*)
(на|за|по|от|вы|пере|об|при|раз)?дроч* (за|от|по|пере|вы|про)?трах(а|н)*
секс(а|у|ом|е|и|ы|апил*|уальн*|ист*|олог*|шоп*|изм*)? *сексуал* порно* порн(а|у|ы|ух*) эрот(ик|ич)* оргазм* оргии
оргия оргию оргий мастурб* минет* кунн?илинг* анальн* анус* фалло* фаллич* пенис* вагин* клитор* влагалищ* сперм*
эякул* эрекц* эректил* сис(ь|е)к* сись* титьк* мошонк* генитал* совокупл* онани* зоофил* некрофил* инцест* изнасил*
насилу(ет|ют|я|й) насилова* насильник* стриптиз* стриптизёр* извращ* похот* нимфоман* разврат* содоми* бдсм фетиш*
дилдо вибратор- целк- попк- попок задниц* пис(ька|ьки|ьку|ькой|юн*) пипис* жид(а|у|ом|е|ы|ов|ам|ами|ах)? жидов(ск|к)*
жидо* хач(а|у|ом|и|ей|ам)? хачик- чурк- чурок чернож* черномаз* негр- негритос* негритян* ниггер* хохол
хохл(а|у|ом|е|ы|ов|ам|ами|ах) хохл(яц|уш|як)* кацап* москал(ь|я|ю|ем|е|и|ей|ям|ями|ях) узкоглаз* чучмек* азер- армяшк-
пиндос* даун(а|у|ом|е|ы|ов)? дебил* кретин* имбецил* ублюд* мраз(ь|и|ью|ей|от*) сволоч* стерв(а|у|ы|е|ой|ам|оз*|ец*)
гнид- падл- чмо чмошник* быдл* урод(а|у|ом|е|ы|ов|ам|ами|ах)? уродин- придур* тварь твари тварью тварей идиот*
дур(а|ы|у|е|ой|ами|ам|ах|ак*|оч*) педераст* тёлк- телк- шлюшк- девственн* нац(ик|ист)*
""".split()
_ENDINGS = "(а|у|ом|ой|е|ы|и|ов|ам|ами|ах|ок|ю|я|ей|ем)?"
_is_unfit = re.compile(
    "|".join(pattern.replace("-", _ENDINGS).replace("*", "[а-яё]*") for pattern in PATTERNS)
).fullmatch


def unfit(words: tuple[str, ...]) -> list[str]:
    """Return those of ``words`` that the patterns find, in the order of the alphabet."""
    return sorted(word for word in words if _is_unfit(word))


def main() -> None:
    """Print the list."""
    print("# Slurs, obscenities and sexual terms of Russian, which shipped grammars leave out unless they are allowed;")
    print("# made by tools/make_russian_stop_list.py: what its patterns find among the words of the Russian lexicon\n")
    print("\n".join(unfit(build_lexicon("russian", WORDS, "stable", open).words)))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
