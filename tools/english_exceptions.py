"""Words of English that the tools which make the grammar treat in another way than WordNet: lists made by reading."""

#: Words of the grammar's own, and words that are no content: they stand in no class of content.
CLOSED = set(
    """
    a an the this that these those no not never always often sometimes usually and but or nor if then else so
    because while when where who whom whose which what how why i you he she it we they me him her us them my your
    his its our their mine yours hers ours theirs myself himself herself itself themselves be am is are was were
    been being have has had having do does did doing done will would shall should can could may might must ought
    dare need in on at by for from of off to with without into onto upon over under up down out about above below
    between among through during before after since until till against across along around behind beside besides
    beyond despite except inside outside near past per toward towards within than as like unlike too very quite
    rather just only even also still yet already ever again here there now once twice one two three four five six
    seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty
    forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen first second third
    fourth fifth sixth seventh eighth ninth tenth last next other another same such own each every all both either
    neither any some many much more most few fewer less least several half enough well let get got lot lots bit
    thing things something anything everything nothing someone anyone everyone nobody somebody anybody everybody
    none yes ok okay oh hey hello hi bye please thanks thank etc eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth twentieth
    """.split()  # noqa: SIM905 - words read as words
)
#: What WordNet has in a sense that readers do not think of: names, short forms, letters, and what read wrong.
UNFIT = set(
    """
    henry chosen accused amazon batman homeless superman sherlock hulk gilbert harper fisher john mike robin jack
    bill mark peter rob sue pat carol rose harry chuck jerry frank don ray gene victor grant drew dean earl ward bob
    tom tommy ken lee kit joe josh max sam ted tony jimmy billy bobby charlie dick donna heather iris jean jenny
    jill ginger holly ivy amber ruby daisy hazel violet lily olive penny patty polly sally sandy sherry timothy
    veronica virginia victoria brooke cliff colin dexter duke felix herb jess kelvin lance louis miles morgan nelson
    newton pascal paris pierce reed rex rod roger roman russell stan sterling taylor troy vera warren wade
    washington lincoln chad cuba china turkey japan panama jersey georgia cologne hamburger texas mercedes madras ii
    iii iv vi vii viii ix xi xii re co ad pm ms mr mrs dr st rd th nd vs ie eg cm mm kg km lb oz ft hz db cd dvd tv
    pc ta te ti la mi fa sol ma pa da ya na ha hm um em en el es et ed al du ex pi mu nu chi psi phi rho tau eta ace
    ass at ion lull ll ve amen aye nay nix ram yen won rand mil sept dec jan feb aug oct nov mon tue wed thu fri sat
    sun's isn hip hop ho hum alright guy guys kinda gonna wanna gotta dude able available due aware akin alike alive
    asleep afraid alone ago awake various certain extra sure ready else main total full former latter mere sheer
    utter very particular lone sole own so-called would-be erstwhile damn whatever mum nuts anti whatsoever goddamn
    located minus mid underway sapiens simplex yonder kindly related matt cant gen pic lied tan rick comp mag beck
    blah slick mot wont beth yea slight alpha yang pong wen raj rbi cert pas ism mat cum las raw lac ola ade anil
    roux spiegel kraft marc murphy cisco mercury baba blanc sup anime log mainstream spectrum vice magic current
    fuck shit drinking info ditto ahem salah dah zee carte primo masse pax theta kappa gamma beta monte fives sevens
    aloha howdy salaam hooray hallelujah arousal grail zed hula yak lynx wraith mink jackpot paycheck payback dole
    kale lettuce dickens tanner stash menace pip gout bane boon fad scrum yin haze amour tit hickey flurry matte
    opal gem benjamin amelia proprietary premiership penultimate fairytale angelica behalf majority template thou
    thee ye yo wow lieu stead ado brunt tinder jasper manila adobe nib zeta sigma lambda mono basics accordance goo
    unison impetus plus overall whole
    """.split()  # noqa: SIM905 - words read as words
)
#: Words that are verbs to the grammar, and nothing else.
ONLY_VERBS = set(
    """
    use make take come go say see put keep hold bring meet hit cut
    """.split()  # noqa: SIM905 - words read as words
)
#: Adverbs in -ly that say how much, how often or how surely, not how.
NO_MANNER = set(
    """
    really actually probably finally exactly simply recently absolutely definitely generally literally highly
    eventually previously obviously apparently extremely possibly entirely originally relatively basically typically
    unfortunately largely normally personally ultimately hopefully significantly hardly fairly barely initially
    primarily necessarily shortly respectively badly newly essentially lately equally potentially commonly
    incredibly increasingly roughly greatly similarly virtually exclusively subsequently additionally partially
    practically purely seemingly importantly surprisingly historically allegedly reasonably notably formerly
    specially considerably fortunately supposedly substantially consequently luckily inevitably sufficiently
    predominantly remarkably fundamentally unusually ironically exceptionally preferably hugely vastly morally
    theoretically evidently interestingly inherently immensely moderately overwhelmingly infinitely incidentally
    famously chiefly unbelievably extraordinarily awfully tremendously enormously decidedly noticeably exceedingly
    excessively insanely grossly centrally realistically thankfully amazingly adequately conveniently presumably
    arguably undoubtedly annually namely truly fully mostly totally utterly merely partly slightly solely surely
    certainly especially particularly currently presently usually daily weekly monthly yearly hourly early only
    likely lonely friendly lovely lively deadly costly orderly reportedly disproportionately ridiculously
    accordingly terribly horribly federally specifically collectively broadly economically internationally
    politically statistically technically alternatively secondly firstly lastly thirdly dearly finely poorly
    """.split()  # noqa: SIM905 - words read as words
)
#: Nouns whose first sense in WordNet is not the one that readers think of: they are animals,
ANIMALS = set(
    """
    tiger whale griffin canary weasel skunk ostrich loon shrimp raider
    """.split()  # noqa: SIM905 - words read as words
)
#: things made,
ARTIFACTS = set(
    """
    browser adapter transmitter calculator breaker toaster slider blaster stroller coaster fossil tier battery core
    table cutter brewer booster loader rover cog fetus combination alignment hierarchy rank grade buffer utility
    tout spoiler dropout creeper
    """.split()  # noqa: SIM905 - words read as words
)
#: places,
LOCATIONS = set(
    """
    reunion settlement jungle parish village hamlet denomination convention
    """.split()  # noqa: SIM905 - words read as words
)
#: or states.
STATES = set(
    """
    nationality spirit caste puzzle abomination bloc residency clinic
    """.split()  # noqa: SIM905 - words read as words
)
#: Verbs that read wrong in WordNet's frames: they need more than an object, or another one.
UNFIT_VERBS = set(
    """
    have let put give set send base become seem appear mean depend belong consist lack concern regard deem pronounce
    proclaim render consider dub appoint ought dare need happen occur cause tend allow permit enable enter google
    suck pee piss fart hump boo rap rev ply cow bitch butt screw rely refer wait adhere subscribe originate resort
    apologise apologize nod preside grapple delve migrate reign dream resign participate bang bear debut relate tell
    provide sub triple lend supply catalogue ramp vet dial crank format ail collide specialize specialise solidify
    premier inquire speculate differentiate concentrate infringe deviate cock register rest fan fell saw index chat
    cheat phone jar range cost result lag hike tag mill ring butter crow jerk
    """.split()  # noqa: SIM905 - words read as words
)
#: Verbs that do not take a clause with "that" by themselves, though WordNet has such a frame.
NO_CLAUSE = set(
    """
    set read order record answer add want desire achieve witness describe feel tell ask bitch crow gamble penetrate
    instruct insure negate compute tout derive reject apologize apologise gauge request recommend urge advise
    advocate arrange enact preach ignore echo grasp opt attain contend envision specialize concur boast underline
    underscore pretend signal forget learn accept calculate
    """.split()  # noqa: SIM905 - words read as words
)
#: Verbs that do not take an infinitive, though WordNet has such a frame.
NO_WISH = set(
    """
    look ask design contract introduce bother stop prove concur persist anticipate dread adore succeed resume
    restart
    """.split()  # noqa: SIM905 - words read as words
)
#: Verbs that take no object, though WordNet has such a frame.
NO_OBJECT = set(
    """
    say think hope reply insist suppose boast brag complain whine moan groan swear agree argue look go come listen guess
    succeed wonder react appeal
    """.split()  # noqa: SIM905 - words read as words
)
