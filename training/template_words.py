"""The words that fill the templates' slots; of every list each fourth is kept from training for the tests."""


def words_of(text: str) -> tuple[str, ...]:
    """The parts of a list that is written with bars."""
    return tuple(part.strip() for part in text.replace("\n", " ").split("|") if part.strip())


WORDS: dict[str, tuple[str, ...]] = {
    "thing": words_of(
        "phone | laptop | app | website | delivery | service | battery | screen | camera | jacket | "
        "dress | sofa | mattress | coffee machine | headset | keyboard | charger | printer | "
        "router | subscription | room | flight | meal | pizza | breakfast | check-in | booking | "
        "support | packaging | manual | update | new version | interface | dashboard | search | "
        "checkout | payment page | customer service | quality | price | sound | design | fabric | "
        "fit | size | colour | shipping | installation | hotel | restaurant | waiter | driver | "
        "agent | technician | course | game | story | movie | book | car | bike | watch | tablet | "
        "vacuum cleaner | blender | toaster | oven | fridge | washing machine | chair | desk | "
        "lamp | shoes set | backpack | tent | bank account | insurance | contract | "
        "internet connection | signal | chat | plugin | report | bus | train | seat | crew | gym | "
        "doctor's office | parcel | courier | store | staff | food | drink | taste | view | pool"
    ),
    "product": words_of(
        "phone | laptop | jacket | dress | sofa | mattress | headset | keyboard | charger | "
        "printer | router | bike | watch | tablet | vacuum cleaner | blender | toaster | lamp | "
        "backpack | tent | camera | desk | chair | coffee grinder | speaker | monitor | suitcase | "
        "drill | pair of shoes | sweater | jeans | kettle | mixer"
    ),
    "app": words_of(
        "app | website | program | page | new version | software | game | portal | dashboard | "
        "plugin | player | mobile app | checkout page | browser extension | tool | system | platform"
    ),
    "person": words_of(
        "agent | driver | waiter | technician | receptionist | lady on the phone | guy at the desk | "
        "manager | sales assistant | courier | operator | nurse | host | woman in the store | "
        "consultant | cashier"
    ),
    "good": words_of(
        "great | good | excellent | amazing | awesome | fantastic | wonderful | perfect | lovely | "
        "brilliant | superb | outstanding | nice | beautiful | impressive | reliable | helpful | "
        "friendly | easy to use | fast | smooth | comfortable | delicious | top notch | "
        "first class | solid | flawless | delightful | pleasant | terrific | super | incredible | "
        "gorgeous | well made | sturdy | worth every penny | spotless | fabulous | stunning | "
        "magnificent | intuitive | responsive | affordable | really useful | pretty good | "
        "very good | so good"
    ),
    "bad": words_of(
        "bad | terrible | awful | horrible | poor | useless | slow | rude | broken | disgusting | "
        "disappointing | unreliable | dirty | noisy | cheap and flimsy | overpriced | "
        "uncomfortable | faulty | a joke | worthless | dreadful | pathetic | annoying | "
        "unacceptable | confusing | buggy | unusable | laughable | appalling | defective | a mess | "
        "a disaster | a nightmare | garbage | ridiculous | shoddy | atrocious | frustrating | "
        "lousy | clunky | filthy | bland | a scam | a waste of money | really bad | very poor | "
        "the worst"
    ),
    "mild_bad": words_of(
        "bad | terrible | awful | slow | expensive | difficult | noisy | complicated | horrible | "
        "hard to use | boring | heavy | dirty | annoying | confusing | unpleasant"
    ),
    "good_plain": words_of(
        "good | great | happy | impressed | satisfied | helpful | nice | friendly | clean | fresh | "
        "reliable | fast | comfortable | useful | easy | clear | tasty | professional | accurate | "
        "worth it | as good as I hoped | recommendable | what I hoped for | funny | interesting | "
        "exciting | fair | honest | polite"
    ),
    "happy": words_of(
        "happy | pleased | delighted | thrilled | impressed | satisfied | over the moon | "
        "very happy | so happy | really pleased | more than satisfied | grateful | relieved | amazed"
    ),
    "unhappy": words_of(
        "unhappy | disappointed | frustrated | furious | angry | annoyed | fed up | appalled | "
        "disgusted | very disappointed | extremely frustrated | sick and tired | shocked | upset | "
        "livid | let down"
    ),
    "love": words_of(
        "love | adore | enjoy | really like | absolutely love | appreciate | recommend |  truly enjoy"
    ),
    "hate": words_of("hate | can't stand | despise | regret buying | dislike | loathe | really hate"),
    "problem": words_of(
        "problem | issue | complaint | fault | error | hiccup | bug | glitch | hassle | delay | "
        "scratch | flaw | headache | mistake | trouble | hitch"
    ),
    "problems": words_of(
        "problems | issues | bugs | errors | faults | delays | crashes | excuses | lies | "
        "headaches | glitches | hidden fees | complaints | mistakes"
    ),
    "praise": words_of(
        "praise | good things | respect | love | compliments | gratitude | admiration | good experiences"
    ),
    "crash": words_of(
        "crashes | freezes | hangs | shuts down | logs me out | shows an error | stops responding | "
        "goes black | closes by itself | loses my data | restarts | locks up"
    ),
    "crashing": words_of(
        "crashing | freezing | hanging | logging me out | showing errors | lagging | disconnecting | "
        "restarting | losing my settings | buffering | glitching | shutting down"
    ),
    "act": words_of(
        "open it | press save | log in | upload a photo | start a call | try to pay | print | "
        "open the camera | connect to wifi | update it | search for something | scroll down | "
        "export a file | change the settings"
    ),
    "broken": words_of(
        "broken | damaged | cracked | scratched | dented | in pieces | smashed | leaking | torn | "
        "stained | bent | defective | dead on arrival | ripped | shattered | faulty"
    ),
    "broke": words_of(
        "broke | stopped working | fell apart | died | stopped charging | started leaking | "
        "gave up | snapped | came apart | burned out | quit working | failed | ripped"
    ),
    "soon": words_of(
        "after two days | within a week | after one use | after a month | on the first day | "
        "the second time I used it | after three weeks | in less than a year | "
        "right out of the box | after a few washes | overnight"
    ),
    "part": words_of(
        "the charger | the cable | one of the screws | the manual | the remote | the lid | "
        "half of the order | a button | the left shoe | the power supply | the second item | "
        "the receipt | one leg | the adapter | the main part"
    ),
    "long": words_of(
        "two hours | three weeks | ten days | over an hour | 45 minutes | six weeks | a month | "
        "five days | 90 minutes | more than two weeks | four hours | half a day | 3 months | ages | "
        "forever | 12 days | a whole afternoon"
    ),
    "short": words_of(
        "two minutes | a few seconds | less than a day | five minutes | an hour | one day | "
        "30 seconds | under ten minutes | just a moment | 24 hours"
    ),
    "due": words_of(
        "my order | my refund | my parcel | the replacement | an answer | a reply | my money | "
        "the technician | a call back | my package | the invoice | the delivery | my luggage | "
        "a solution | the activation code"
    ),
    "answer": words_of(
        "reply | answer | refund | response | update | solution | explanation | call back | "
        "delivery | tracking number | confirmation | replacement"
    ),
    "day": words_of(
        "Monday | Tuesday | Wednesday | Thursday | Friday | Saturday | Sunday | March 3 | the 14th | "
        "last week | yesterday | June 21 | tomorrow morning"
    ),
    "month": words_of(
        "January | February | May | June | July | August | September | October | winter | spring"
    ),
    "number": words_of("48213 | 1024 | 77 | 300915 | 5561 | 12 | 9040-22 | 618 | 2203 | 71 | 83345 | 415"),
    "item": words_of(
        "order | account | invoice | subscription | address | password | ticket | appointment | "
        "parcel | booking | receipt | phone number | email address | warranty | contract | "
        "delivery date | payment method | profile"
    ),
    "do": words_of(
        "change | update | check | cancel | move | confirm | find | edit | track | download | "
        "print | renew | see | transfer | access"
    ),
    "fact": words_of(
        "has two USB ports | comes in three colours | weighs about two kilos | is made of cotton | "
        "runs on batteries | has a 13 inch screen | is 40 cm wide | opens at nine | "
        "is on the second floor | was released in 2019 | costs 20 euros | includes a cable | "
        "is sold in packs of six | starts at noon | has four legs | ships from Spain"
    ),
    "task": words_of(
        "a copy of the contract | the tracking number | the user manual | a new link | "
        "the opening hours | the return form | a quote | the size chart | the address of the store | "
        "a list of options | the contract | the bank details | a printed receipt"
    ),
    "place": words_of(
        "Berlin | Sweden | Leeds | Toronto | the airport | our office | Madrid | the store | Austin | Oslo"
    ),
    "name": words_of(
        "Maria | John | Priya | Ahmed | Susan | Tom | Chen | Olga | Kevin | Fatima | Diego | Ruth"
    ),
    "happy_emoji": words_of(
        "😀 | 😊 | 😍 | 👍 | ❤️ | 🎉 | 🙌 | 😁 | 🥰 | 👏 | 💯 | 😃 | ⭐⭐⭐⭐⭐ | :) | :-) | :D | <3 | ;)"
    ),
    "sad_emoji": words_of(
        "😡 | 😠 | 😢 | 👎 | 😭 | 🤬 | 😤 | 💔 | 🤮 | 😞 | 🙄 | 😒 | 😩 | :( | :-( | :'( | >:( | :/"
    ),
    "slang_good": words_of(
        "fire | lit | dope | super cool | the bomb | goated | on point | a lifesaver | "
        "legit | da best | a game changer | sooo good | insanely good | chef's kiss | top tier | "
        "a gem | elite | off the hook"
    ),
    "slang_bad": words_of(
        "trash | mid | crap | a rip off | sooo bad | wack | hot garbage | a total fail | bs | "
        "straight trash | lame | a piece of junk | pure crap | the pits | sh*t | a clown show | "
        "dogwater"
    ),
    "rating_good": words_of(
        "5/5 | 10/10 | five stars | 9/10 | 5 stars | 100% | A+ | 10 out of 10 | 4.5 stars"
    ),
    "rating_bad": words_of(
        "0/10 | 1/5 | one star | 1 star | zero stars | 2/10 | 0 stars | 1 out of 10 | minus 5 stars"
    ),
    "again": words_of(
        "order | buy | shop here | come back | book | use them | stay here | eat here | subscribe | hire them"
    ),
    "service_good": words_of(
        "solved my problem | answered every question | was very patient | went above and beyond | "
        "made my day | sorted everything out | fixed it in minutes | was so kind | "
        "took the time to explain it | stayed on the line until it worked | gave me great advice | "
        "replaced it at once | was super helpful"
    ),
    "service_bad": words_of(
        "was rude to me | ignored my question | hung up on me | lied to me | kept me waiting | "
        "had no clue | refused to help | didn't listen | was unfriendly | yelled at me | "
        "never called back | wasted my time | sent me in circles | could not care less"
    ),
    "fails": words_of(
        "work | turn on | charge | fit | connect | load | last a day | do what it says | start | "
        "hold a charge | open | close properly | respond | save anything"
    ),
    "harm": words_of(
        "ruining my weekend | wasting my time | losing my parcel | the endless wait | "
        "charging me twice | ignoring my emails | deleting my account | canceling my flight | "
        "breaking my phone | the broken promise"
    ),
    "hope": words_of(
        "expected | hoped | I thought | advertised | I had imagined | in the reviews | promised"
    ),
}
UNSEEN_ONE_IN = 4


def fillers(slot: str, *, unseen: bool) -> tuple[str, ...]:
    """The slot's words for training, or those that training never sees."""
    return tuple(word for at, word in enumerate(WORDS[slot]) if (at % UNSEEN_ONE_IN == 3) == unseen)
