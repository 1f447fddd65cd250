"""Make hyperphrase/laws/text/stop_lists/english.txt: words that the shipped grammars of English leave out by default.

They are the words that WordNet 3.1 marks as disparaging, obscene or an ethnic slur, but for those whose other senses
are what readers think of, and those that were found by reading its glosses and drawn phrases; with all their forms.
:mod:`tools.wordnet` says where the files are from.

Run: python -m tools.make_stop_list WORDNET/dict infl_lu.csv.gz > hyperphrase/laws/text/stop_lists/english.txt
"""

import sys
from pathlib import Path

from tools.wordnet import KINDS, forms, synsets

#: Synsets (of nouns) that say how a word is used: disparagement, ethnic slur, obscenity.
DOMAINS = ("06730109", "06731706", "07139048")
#: What WordNet marks in one sense, while another one is what a reader thinks of.
KEPT = set(
    """
    bull damndest damnedest dirt gip sob sobbed sobbing sobs fairy gamin greaser guinea hun irish_bull jerry key
    mickey mongrel nip paddy pansy queen screw shaft softness suit taco throwaway tool tree_hugger touchy-feely
    butch effeminacy mammy moonie papist whoreson pouf poop
    """.split()  # noqa: SIM905 - words read as words
)
#: Found by reading: sexual acts and parts of the body, those who are paid for or abused by them, slurs, insults. The
#: last line has neutral words for people, of which phrases drawn at random would make insults.
ADDED = """
anal anally anus arse arsehole ass asshat asshole ballsack bareback bastard bdsm beaner bestiality bimbo bitch bitchy
blowjob boner boob bondage brothel bugger bukkake bullshit bullshitter busty butt buttfuck butthole buttock cameltoe
chink clit clitoris clusterfuck cock cocksucker coitus condom coon copulate copulation crap crappy creampie cretin
cripple cuck cuckold cum cumshot cunnilingus cunt damn damned darkie deepthroat dick dickhead dildo dipshit dominatrix
douche douchebag dumbass dyke ejaculate ejaculation erection erotic erotica erotically eroticism faeces fag faggot fap
fart fecal feces fellatio feminazi femdom fetish fetishist foreplay fornicate fornication fuck fucker fuckin fucking
gangbang genital genitalia gigolo goddamn goddamned gook gringo groupie gypsy halfwit handjob hentai ho homo honky
hooker horny horseshit hussy imbecile incest incestuous indecent injun intercourse jackass jap jerkoff jewess jizz kike
kinky lecher lecherous lesbo lewd libido lolita lust lustful masturbate masturbation milf molest molestation molester
moron mulatto naked nazi nazis negro negroid nigga nigger nipple nude nudes nudity nudist nympho nymphomaniac obscene
obscenity orgasm orgasmic orgy paedophile paedophilia paki panties panty pecker pedo pedophile pedophilia pee peeing
penile penis perv perversion pervert perverted phallic phallus pimp piss pissed pissing pisser porn porno pornographic
pornography pornstar prick prostitute prostitution pube pubic pussy queef queer raghead randy rape raper rapist rectal
rectum redskin retard retarded rimjob sadist sadistic schlong screwing scrotum seduce seducer seduction seductive semen
sensual sex sexed sexist sexting sexual sexuality sexually sexy shag shemale shit shite shithead shithole shitty skank
skanky slut slutty smut sod sodomise sodomite sodomize sodomy spank spanking sperm spic stripper striptease testes
testicle testicular testis thot threesome tit tits titties titty topless tosser tranny transvestite turd twat upskirt
urinate urination vagina vaginal viagra vibrator voyeur voyeurism vulva wank wanker wetback whore whorehouse wog yid
zoophilia booby boobies carnal fondle fondling grope groping midget necrophilia ravish redneck seductress sissy
virginity voluptuous wench harlot hooters
bisexual gay heterosexual homosexual homosexuality lesbian transgender transsexual
""".split()  # noqa: SIM905 - as above


def main(database: str, table: str) -> None:
    """Print the list: one word a line, in the order of the alphabet."""
    folder, made = Path(database), set(ADDED)
    for kind in KINDS:
        for synset in synsets(folder, kind).values():
            for symbol, offset, _, place in synset.pointers:
                if symbol == ";u" and offset in DOMAINS:
                    made.update(synset.words if place == 0 else [synset.words[place - 1]])
    words = {word.lower() for word in made if "_" not in word} - KEPT
    table_of = forms(Path(table))
    inflected = {lemma for lemmas in table_of.values() for lemma in lemmas}
    words |= {word + "s" for word in words - inflected if word[-1] not in "syxg"}
    for lemmas in table_of.values():
        for lemma, inflections in lemmas.items():
            if lemma in words:
                words |= {form for form in inflections if form not in KEPT}
    print("# Slurs, obscenities and sexual terms of English, which shipped grammars leave out unless they are allowed;")
    print("# made by tools/make_stop_list.py from WordNet's marks of usage and by reading")
    print("\n".join(sorted(words)))


if __name__ == "__main__":
    main(*sys.argv[1:])
