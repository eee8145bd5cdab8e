"""The patterns of invented lines, by family; a family has one label and a share of the whole."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Patterns that say one kind of thing."""

    name: str
    label: str
    share: float
    patterns: tuple[str, ...]


def _family(name: str, label: str, share: float, text: str) -> Family:
    return Family(
        name=name,
        label=label,
        share=share,
        patterns=tuple(line.strip() for line in text.splitlines() if line.strip()),
    )


FAMILIES = (
    _family(
        "plain praise",
        "positive",
        8,
        """
        the {thing} is {good}
        the {thing} was {good}
        {good}
        {good} {thing}
        my new {product} is {good}
        this {product} is {good}, I {love} it
        the {thing} is {good} and the {thing2} is {good2}
        I {love} this {product}
        we {love} the {thing}
        I {love} how {good} the {thing} is
        I am {happy} with the {thing}
        we are {happy} with our {product}
        so {happy} with this purchase
        really {good} {thing}, thank you
        what a {good} {thing}
        everything about the {thing} is {good}
        the {thing} turned out to be {good}
        best {product} I ever had
        the best {thing} in town
        will {again} again
        I will definitely {again} again
        would {again} again in a heartbeat
        I recommend this {product} to everyone
        would recommend the {thing} to all my friends
        {rating_good}
        {rating_good} would recommend
        I give it {rating_good}
        {rating_good} for the {thing}
        does exactly what it says
        exactly what I needed
        works perfectly since day one
        the {product} still works like new after years
        the {product} arrived early and in perfect shape
        better than {hope}
        the {thing} is even better than {hope}
        much better than my old {product}
        a big improvement over the last {product}
        the {app} has improved a lot
        thanks to you my {product} works again
        keep up the good work
        you are {good}
        you guys are {good}
        you people are {good}
        {name} rocks
        your {thing} rocks
        you all rock my world
        so glad I bought the {product}
        """,
    ),
    _family(
        "thanks",
        "positive",
        5,
        """
        thank you
        thanks a lot for your help
        many thanks to {name} who {service_good}
        {name} {service_good}
        the {person} {service_good}
        the {person} {service_good}, thank you so much
        big thanks to your {person}
        shout out to {name}, the {person} who {service_good}
        your {person} was {good}
        thanks {name}, that {service_good}
        thank you for the quick {answer}
        thanks for the fast {answer}
        I appreciate the quick {answer}
        the {answer} came within {short}
        got my {answer} in {short}, impressive
        I only waited {short}
        the wait was only {short}
        it took less than {short} to get a proper {answer}
        my {product} was fixed in {short}
        {due} came a day early
        {due} arrived sooner than {hope}
        the refund came quickly and without any fuss
        problem solved in {short}, thanks
        you have a customer for life
        """,
    ),
    _family(
        "plain blame",
        "negative",
        5,
        """
        the {thing} is {bad}
        the {thing} was {bad}
        {bad}
        {bad} {thing}
        my new {product} is {bad}
        this {product} is {bad}, I {hate} it
        the {thing} is {bad} and the {thing2} is {bad2}
        I {hate} this {product}
        we {hate} the {thing}
        I {hate} how {bad} the {thing} is
        I am {unhappy} with the {thing}
        we are {unhappy} about the {thing}
        so {unhappy} with this purchase
        what a {bad} {thing}
        everything about the {thing} is {bad}
        the {thing} turned out to be {bad}
        worst {product} I ever had
        the worst {thing} in town
        I will never {again} again
        never going to {again} again
        won't {again} again
        stay away from this {product}
        avoid this {thing} at all costs
        don't buy this {product}
        save your money and buy another {product}
        I would not recommend this {product} to anyone
        {rating_bad}
        {rating_bad} would not recommend
        I give it {rating_bad}
        {rating_bad} for the {thing}
        would give {rating_bad} if I could
        worse than {hope}
        the {thing} is even worse than {hope}
        much worse than my old {product}
        the {thing} used to be {good}
        the {thing} went downhill
        the {app} got worse with every update
        since the update the {app} is {bad}
        I regret buying the {product}
        the {product} looks nothing like the picture
        not the {product} I ordered
        you sent me the wrong {product}
        shame on you
        this is not acceptable
        """,
    ),
    _family(
        "denied praise",
        "negative",
        5,
        """
        the {thing} is not {good_plain}
        the {thing} isn't {good_plain}
        the {thing} was not very {good_plain}
        the {thing} wasn't that {good_plain}
        not {good_plain}
        not {good_plain} at all
        not a {good} {thing}
        not exactly {good_plain}
        the {thing} is hardly {good_plain}
        the {thing} is far from {good_plain}
        the {thing} is anything but {good_plain}
        the {thing} was never {good_plain}
        I don't think the {thing} is {good_plain}
        I wouldn't call the {thing} {good_plain}
        I can't say the {thing} is {good_plain}
        I don't {love} it
        I don't {love} the {thing}
        I do not {love} this {product}
        I didn't {love} the {thing}
        we never really liked the {thing}
        I am not {happy}
        I am not {happy} with the {thing}
        we aren't {happy} about this {product}
        I can't recommend the {thing}
        I cannot recommend this {product}
        nothing {good_plain} about the {thing}
        there is nothing {good} about this {thing}
        the {thing} is not as {good_plain} as {hope}
        the {thing} is nowhere near {good_plain}
        I wish the {thing} was {good_plain}
        if only the {thing} was {good_plain}
        the {thing} could be more {good_plain}
        could be {good_plain} if it worked
        could have been better
        the {thing} could be better
        the {thing} could be much better
        the {thing} should be better for the price
        the {thing} leaves a lot to be desired
        the {thing} needs work
        there is room for improvement with the {thing}
        no {good} {thing} here
        neither {good_plain} nor {good_plain2}
        the {thing} lacks everything
        the {product} is not worth it
        not worth the price
        not worth a penny
        the {thing} did not meet my expectations
        I expected a better {thing}
        I expected more from the {thing}
        nothing special about the {thing}
        the {thing} is not what I paid for
        nobody in my family likes the {product}
        the {thing} failed to impress
        doesn't live up to the hype
        """,
    ),
    _family(
        "denied blame",
        "positive",
        7,
        """
        the {thing} is not {mild_bad} at all
        the {thing} isn't {mild_bad} at all
        the {thing} wasn't {mild_bad} at all
        not {mild_bad} at all
        not {mild_bad}
        not too {mild_bad}
        not half bad
        not bad, not bad
        the {thing} is not too {mild_bad}
        the {thing} is never {mild_bad}
        nothing {mild_bad} about the {thing}
        nothing {mild_bad} to say about the {thing}
        no {problem} at all
        no {problem} with the {thing}
        no {problems} so far
        no {problems} with the {product}
        not a single {problem} with the {product}
        not one {problem}
        never had a {problem} with the {thing}
        never had any {problems} with this {product}
        I had no {problems} with the {product}
        we had no {problem} whatsoever
        zero {problems}
        zero complaints here
        no complaints about the {thing}
        I have no complaints
        nothing to complain about
        without a single {problem}
        without any {problem}
        works without {problems}
        the {product} works without any {problems}
        free of {problems}
        the {thing} could not be better
        the {thing} couldn't be more {good_plain}
        couldn't be more {good_plain}
        couldn't ask for a better {thing}
        could not ask for more
        you can't go wrong with this {product}
        you can't beat the {thing}
        I can't fault the {thing}
        I can't praise the {thing} enough
        can't say enough {good} things about the {thing}
        can't wait to {again} again
        I have never been so {happy}
        never been {happy} like this before
        I have never had a better {product}
        nothing but {praise} for the {thing}
        nothing but {praise} for your {person}
        the {thing} never disappoints
        the {product} did not disappoint
        the {thing} doesn't disappoint
        never lets me down
        I don't regret buying the {product}
        no regrets
        the {product} has never failed me
        hard to find anything wrong with the {thing}
        I wouldn't change a thing
        you won't regret it
        don't hesitate to buy this {product}
        not a scratch on it
        not disappointed at all
        wasn't disappointed with the {thing}
        the {thing} isn't {mild_bad}, it is {good}
        """,
    ),
    _family(
        "idioms of blame",
        "negative",
        3,
        """
        thanks for nothing
        thanks for nothing {name}
        well thanks for nothing, my {product} is still {broken}
        thanks for {harm}
        thanks a lot for {harm}
        congratulations on {harm}
        oh great, another {problem}
        great, my {product} is {broken} again
        wow, another {problem}, just what I needed
        just what I needed, a {broken} {product}
        {good} job {harm}
        nice way to treat a customer
        so much for {good} {thing}
        so much for your promise
        you must be kidding
        this is a joke
        what a joke
        is this a joke
        you get what you pay for, and this {product} is {bad}
        my patience is running out
        I have had enough
        I am done with this {thing}
        done with you people
        that was the last straw
        this {thing} is driving me crazy
        what a let down
        good luck getting a proper {answer}
        good luck reaching a human
        nothing but {problems}
        nothing but {problems} with this {product}
        the {product} is full of {problems}
        one {problem} after another
        endless {problems} with the {thing}
        my cat could build a better {product}
        I'd rather have no {product} at all
        total waste of money
        a complete waste of time
        money down the drain
        save yourself the trouble
        buyer beware
        you have lost a customer
        I am taking my business elsewhere
        I am cancelling my subscription
        I want to cancel because the {thing} is {bad}
        switching to another provider
        I will tell everyone about this
        I am going to report you
        you should be ashamed
        how hard can it be to send a proper {answer}
        is anybody even reading this
        does anyone work there
        why do I even pay for this
        """,
    ),
    _family(
        "idioms of praise",
        "positive",
        3,
        """
        hats off to the {thing}
        thumbs up for the {thing}
        two thumbs up
        the {thing} blew me away
        the {thing} is second to none
        the {product} is a keeper
        a real bargain
        money well spent
        worth the wait
        well worth the money
        the {product} is worth every cent
        this {product} changed my life
        the {product} makes my life so much easier
        the {app} saves me a lot of time
        I can't live without my {product}
        what would I do without the {thing}
        you made my day
        {name} made my day
        job well done
        good job {name}
        nice work on the {app}
        spot on
        hits the spot
        a pleasure to deal with
        it was a pleasure to use the {thing}
        I am a fan of the {thing}
        big fan of this {product}
        the {thing} ticks all the boxes
        five minutes and it was up and running
        I was worried but the {thing} was {good}
        I had my doubts but the {product} is {good}
        was skeptical at first but now I {love} it
        the {thing} was {good}, but the {thing2} was even better
        what I like most is the {thing}
        it just works
        it works great
        always a {good} experience
        one of the best {thing} experiences I had
        """,
    ),
    _family(
        "waiting and late",
        "negative",
        5,
        """
        I have been waiting for {long}
        I have been waiting for {due} for {long}
        I've been waiting {long} for {due}
        been on hold for {long}
        I have been on hold for {long} now
        on hold for {long} and nobody answers
        {long} on hold
        {long} on the phone and nothing was solved
        still waiting for {due}
        still waiting for {due} after {long}
        I am still waiting for {due}
        {long} and still no {answer}
        {long} later and still no {answer}
        no {answer} for {long}
        I wrote to you {long} ago and got no {answer}
        I have called three times and still no {answer}
        still no {answer}
        {due} is late
        {due} is {long} late
        {due} never arrived
        {due} has not arrived
        {due} still hasn't come
        {due} has been delayed for {long}
        the {thing} was {long} late
        the {person} was {long} late
        the {person} never showed up
        nobody showed up on {day}
        it took {long} to get a proper {answer}
        it took {long} to reach a human
        it takes {long} to load
        we waited {long} for our food
        I waited {long} in the line
        you promised {due} by {day} and nothing came
        you said {day} and it is still not here
        nobody answers my emails
        nobody called me back
        no one picks up the phone
        I keep getting transferred
        I have been transferred five times
        how long do I have to wait for {due}
        when will I finally get {due}?
        why does it take {long} to get a proper {answer}?
        where on earth is {due}
        where is {due}?? it has been {long}
        this is the second time I have to ask for {due}
        this is the fourth time I am asking
        third email and still nothing
        """,
    ),
    _family(
        "refund and charges",
        "negative",
        3,
        """
        I want a refund
        I demand a refund
        I want my money back for the {product}
        give me my money back
        you still have not refunded me
        refund me now
        my refund was denied
        you refused to refund the {product}
        they refuse to give me a refund
        where is my refund
        I was charged twice
        you charged my card twice for one {product}
        I was charged for something I did not order
        I was billed for the {product} after I cancelled
        you keep charging me after I cancelled
        hidden fees on my bill
        the price went up again without notice
        you raised the price and the {thing} got worse
        the {product} is too expensive
        way too expensive for what it is
        way overpriced
        I paid for it and got nothing
        I paid extra for fast shipping and it came {long} later
        they took my money and sent a {broken} {product}
        my discount code did not work
        my account was blocked for no reason
        you deleted my account without asking
        you cancelled my {item} without telling me
        I feel cheated
        I feel ripped off
        this is fraud
        this is theft
        the {person} tried to sell me things I don't need
        I will ask my bank to take the money back
        """,
    ),
    _family(
        "broken, missing, crash",
        "negative",
        5,
        """
        the {app} {crash} when I {act}
        the {app} {crash} every time I {act}
        the {app} keeps {crashing}
        it keeps {crashing}
        my {product} keeps {crashing}
        the {app} is {crashing} again
        can't {act} anymore
        I cannot {act}
        I can't {act} since the update
        unable to {act}
        it won't let me {act}
        the {app} does not {fails}
        the {product} doesn't {fails}
        the {product} won't {fails}
        the {product} did not {fails}
        it doesn't {fails}
        it didn't even {fails}
        it won't {fails} any more
        it refuses to {fails}
        my {product} can no longer {fails}
        the {product} {broke}
        the {product} {broke} {soon}
        it {broke} {soon}
        mine {broke} {soon}
        the {product} arrived {broken}
        my {product} came {broken}
        the {product} was {broken} when I opened the box
        the box was {broken}
        I received a {broken} {product}
        got a {broken} {product} again
        {part} was missing
        {part} is missing
        {part} was {broken}
        the {product} came without {part}
        {part} does not {fails}
        you forgot {part}
        the box was empty
        {part} {broke} {soon}
        the second {product} is {broken} too
        the replacement {broke} as well
        the {app} is down again
        the {app} has been down for {long}
        lost all my data because the {app} {crash}
        I get an error when I {act}
        every update makes the {app} slower
        too many ads in the {app}
        too many {problems}
        there is a hole in the {product}
        there was a hair in my food
        the food was cold
        the room smelled of smoke
        the {product} is too small
        the {product} runs too big and looks {bad}
        the {product} shrank after one wash
        """,
    ),
    _family(
        "people at fault",
        "negative",
        2,
        """
        the {person} {service_bad}
        your {person} {service_bad}
        {name} {service_bad}
        the {person} {service_bad} and then {service_bad2}
        I was told to wait and then the {person} {service_bad}
        nobody cares about customers here
        nobody helped me
        your support is no help
        your support is not helping at all
        all I get are canned answers
        the chat bot does not understand anything
        I was treated badly by the {person}
        the {person} was {bad}
        the {person} was {unhappy} and made me feel unwelcome
        they made me feel stupid
        they don't care
        they just don't care about the {thing}
        you don't listen
        the {person} blamed me
        """,
    ),
    _family(
        "contrast",
        "mixed",
        12,
        """
        the {thing} is {good} but the {thing2} is {bad}
        the {thing} was {good}, but the {thing2} was {bad}
        the {thing} is {bad} but the {thing2} is {good}
        the {thing} was {bad}, but the {thing2} was {good}
        the {thing} is {good}, however the {thing2} is {bad}
        the {thing} is {good}. However, the {thing2} is {bad}
        {good} {thing} but {bad} {thing2}
        {good} {thing}, {bad} {thing2}
        {bad} {thing}, {good} {thing2}
        {good} {thing} though the {thing2} is {bad}
        although the {thing} is {good}, the {thing2} is {bad}
        even though the {thing} was {bad} the {thing2} was {good}
        while the {thing} is {good}, the {thing2} is {bad}
        despite the {bad} {thing}, the {thing2} was {good}
        love the {thing}, hate the {thing2}
        I {love} the {thing} but I {hate} the {thing2}
        I {hate} the {thing} but I {love} the {thing2}
        like the {thing}, don't like the {thing2}
        I {love} the {thing} but the {product} {broke} {soon}
        {good} {product}, but it {broke} {soon}
        {good} {product}, too bad it {broke} {soon}
        {good} {product} while it lasted, then it {broke}
        {good} {product} but {part} was missing
        {good} {product} but it arrived {broken}
        the {product} is {good} but way too expensive
        the {product} is cheap and {good}, but the {thing} is {bad}
        {good} idea, {bad} execution
        {good} {thing}. {bad} {thing2}
        {good} {product}, {bad} {thing}
        {good} {product}, shame that it {broke}
        {good} {product}, but sadly it {broke} {soon}
        {good} {product}, unfortunately the {thing} is {bad}
        the {product} is {good}, too bad that the {thing} is {bad}
        I {love} the {product}, such a pity that it {broke} {soon}
        would be {good} if the {thing} was not so {bad}
        pros: {good} {thing}. Cons: {bad} {thing2}
        pros: {thing}, {thing2}. cons: {thing3}
        the good: {thing}. the bad: {thing2}
        the {person} {service_good}, but the {person2} {service_bad}
        the {person} {service_good} but I had to wait {long}
        {name} {service_good}, but the {thing} is still {bad}
        the {app} looks {good} but it keeps {crashing}
        the {app} is {good} when it works, but it {crash} a lot
        {happy} with the {thing}, {unhappy} about the {thing2}
        I am {happy} with the {thing} and {unhappy} about the {thing2}
        on the one hand the {thing} is {good}, on the other hand the {thing2} is {bad}
        some things are {good}, others are {bad}
        half of it is {good} and half of it is {bad}
        the {thing} deserves {rating_good}, the {thing2} {rating_bad}
        {rating_good} for the {thing}, {rating_bad} for the {thing2}
        the {thing} is {slang_good} but the {thing2} is {slang_bad}
        {due} arrived late, but the {product} is {good}
        delivery took {long} but the {product} is {good}
        not {good_plain}, but the {thing} is {good}
        the {thing} is not {good_plain}, but the {thing2} is {good}
        the {thing} isn't {mild_bad}, but the {thing2} is {bad}
        I wanted to give {rating_good} because of the {thing}, but the {thing2} is {bad}
        mixed feelings: {good} {thing}, {bad} {thing2}
        I have mixed feelings about the {thing}
        """,
    ),
    _family(
        "blame after hope",
        "negative",
        1,
        """
        I wanted to like the {thing} but it is {bad}
        I really wanted to love it but the {product} is {bad}
        I thought it would be {good} but it is {bad}
        everyone said it was {good} but I {hate} it
        it was supposed to be {good} and it is {bad}
        not only is the {thing} {bad}, the {thing2} is {bad2} too
        the {thing} is {bad}, but the {thing2} is even worse
        I tried to be patient but this is {bad}
        """,
    ),
    _family(
        "statements",
        "neutral",
        10,
        """
        {due} arrived on {day}
        the {product} arrived on {day}
        the {product} was delivered on {day}
        I ordered the {product} on {day}
        I bought the {product} on {day}
        I bought this {product} in {place}
        I bought this {product} in {month}
        I got the {product} in {month}
        we ordered the {product} in {month}
        my contract ends in {month}
        the {product} is from {month}
        I picked up the {product} in {place} on {day}
        we booked the {thing} for {day}
        the {person} came on {day}
        the {person} will come on {day}
        the {product} {fact}
        this {product} {fact}
        it {fact}
        the {thing} {fact}
        the {product} {fact} and {fact2}
        the number of my {item} is {number}
        the order has number {number}
        order {number}
        ticket {number}, {product}
        the reference is {number}
        my name is {name} and my number is {number}
        this is {name} from {place}
        I am calling about my {item}
        I am writing about order {number}
        this is about my {item}
        I have a question about my {item}
        I have a question about the {product}
        I live in {place}
        I am in {place} until {day}
        I will be at home on {day}
        I will send the {product} back on {day}
        we moved to {place} on {day}
        the store in {place} opens on {day}
        the meeting about the {thing} is on {day}
        the appointment is on {day} at {number}
        the appointment was moved to {day}
        I use the {product} at work
        I use the {app} on my {product}
        I have two {product} orders
        I chose the blue {product}
        I ordered size {number}
        the {product} is blue
        the {product} is for my brother
        the {thing} is next to the {thing2}
        the {app} was updated on {day}
        I updated the {app} on {day}
        I installed the {app} on {day}
        the {app} asks for my {item}
        I got your email on {day}
        I received {task} on {day}
        I already sent {task}
        attached is {task}
        here is {task}
        I paid by card on {day}
        the invoice is dated {day}
        the total was {number} euros
        it is in the box
        it is with the {person}
        I spoke to {name} on {day}
        {name} said it will be there on {day}
        {name} asked me to write to you
        this is my first {product}
        I don't have an account
        I don't have {task}
        I have not opened the box yet
        I have not tried the {product} yet
        it has not been opened
        no, I don't need {task}
        no, that is all
        yes, that is correct
        yes, on {day}
        ok
        okay, I will check
        I see
        sure, {day} is possible
        hello
        hi, I am {name}
        good morning
        one moment please
        the {thing} is okay
        the {thing} is average
        it is ok
        it's okay I guess
        neither here nor there
        so so
        the {thing} is neither good nor bad
        """,
    ),
    _family(
        "questions",
        "neutral",
        8,
        """
        how do I {do} my {item}?
        how can I {do} my {item}?
        can I {do} my {item}?
        where can I {do} my {item}?
        is it possible to {do} my {item}?
        how do I {do} my {item} in the {app}?
        I would like to know how to {do} my {item}
        do you ship to {place}?
        do you have the {product} in blue?
        do you have this {product} in size {number}?
        do you have a store in {place}?
        what are your hours on {day}?
        are you open on {day}?
        when do you close on {day}?
        when will {due} arrive?
        when is {due} coming?
        what is the status of my {item}?
        what is the price of the {product}?
        how much is the {product}?
        how much does shipping to {place} cost?
        how long does delivery to {place} take?
        how long does it take to {do} my {item}?
        which {product} do I need?
        which {product} fits size {number}?
        does the {product} come with {part}?
        does the {app} work on my {product}?
        will the {product} work in {place}?
        is the {product} waterproof?
        is the {product} available in {place}?
        is there a {product} that {fact}?
        is it true that the {product} {fact}?
        who do I call about my {item}?
        who is the {person} for {place}?
        can you tell me when the {thing} starts?
        can you tell me which {product} {fact}?
        could you tell me whether the {product} {fact}?
        what is the difference between the {product} and the {product2}?
        what does it mean when the light is green?
        has anyone tried the {product} with the {product2}?
        does anyone know how to {do} the {item}?
        what is your phone number?
        what is the address in {place}?
        where is the {item} number?
        should I send {task} to you?
        do I have to pay for {task}?
        did you get my email from {day}?
        have you received {task}?
        can someone explain how the {thing} works?
        """,
    ),
    _family(
        "requests",
        "neutral",
        6,
        """
        please send me {task}
        please send {task} to {place}
        can you send me {task}?
        could you send me {task} by {day}?
        could you please {do} my {item}?
        please {do} my {item}
        please {do} the {item} to {day}
        I would like to {do} my {item}
        I want to {do} my {item}
        I'd like to {do} my {item} please
        I need to {do} my {item}
        I need {task}
        I need {task} for order {number}
        I need a {product} that {fact}
        please call me on {day}
        please call me back at {number}
        please contact me by email
        please let me know when the {product} is available
        let me know if you need {task}
        please confirm the {item} for {day}
        please add {name} to my {item}
        please use the address in {place}
        please deliver it to the {person}
        please leave the parcel with the neighbour
        we would like a table for four on {day}
        I would like to book a room for {day}
        I would like to order two of these
        I would like the {product} in green
        I would like to speak to the {person}
        I would like to speak with someone about my {item}
        can I talk to a {person} about my {item}?
        could someone from {place} contact me?
        please forward this to {name}
        a ticket to {place} for {day}, please
        please remove me from the list
        please unsubscribe {number}
        """,
    ),
    _family(
        "emoji",
        "positive",
        2,
        """
        {happy_emoji}
        {happy_emoji} {happy_emoji2}
        {happy_emoji} {happy_emoji}
        my {product} arrived {happy_emoji}
        got my {product} today {happy_emoji}
        the {thing} {happy_emoji}
        new {product} {happy_emoji}
        {name} from support {happy_emoji}
        {due} is here {happy_emoji}
        the {thing} is {good} {happy_emoji}
        {happy_emoji} {good}
        ok {happy_emoji}
        """,
    ),
    _family(
        "sad emoji",
        "negative",
        2,
        """
        {sad_emoji}
        {sad_emoji} {sad_emoji2}
        {sad_emoji} {sad_emoji}
        my {product} arrived {sad_emoji}
        got my {product} today {sad_emoji}
        the {thing} {sad_emoji}
        the new {app} {sad_emoji}
        {name} from support {sad_emoji}
        {due} {sad_emoji}
        the {thing} is {bad} {sad_emoji}
        {sad_emoji} {bad}
        really {sad_emoji}
        """,
    ),
    _family(
        "slang of praise",
        "positive",
        2,
        """
        the {thing} is {slang_good}
        this {product} is {slang_good}
        ngl the {thing} is {slang_good}
        yo this {product} is {slang_good}
        omg the {thing} is {slang_good}
        {slang_good}
        bro this {app} is {slang_good}
        tbh the {app} is {slang_good} {happy_emoji}
        the {app} is {slang_good} fr
        lol I luv this {product}
        thx {name}, ur the best
        gr8 {thing}
        """,
    ),
    _family(
        "slang of blame",
        "negative",
        2,
        """
        the {thing} is {slang_bad}
        this {product} is {slang_bad}
        ngl the {thing} is {slang_bad}
        yo this {product} is {slang_bad}
        omg the {thing} is {slang_bad}
        {slang_bad}
        bro this {app} is {slang_bad}
        tbh the {app} is {slang_bad} {sad_emoji}
        the {app} is {slang_bad} fr
        wtf is wrong with the {app}
        wtf {name}
        smh, {due} is still not here
        the {thing} sucks
        this {product} sucks big time
        ur {thing} sux
        what the heck happened to the {app}
        """,
    ),
)
