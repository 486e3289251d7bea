"""The rules of a chat: who may do what, and what then has happened.

It knows people, rooms and values. It knows no wire, no store, no clock of its own and no
Twisted: everything here runs at once and can be tried at a Python prompt.

    text.py       harmless text: what may reach somebody's terminal
    names.py      which nicknames and rooms are well formed, and when two are the same
    durations.py  lengths of time as people write them: 90d
    moments.py    times as people write them: 7d ago, 2026-11-20
    orders.py     what moderators do, as people write it: #lab bob 10m spam
    limits.py     the limits, each with its reason
    pace.py       how fast is too fast: a burst, then a steady pace
    model.py      User, Room
    state.py      who is here, which rooms there are, and how they are found
    commands.py   what may be asked (imperatives)
    events.py     what happened, what is answered (past participles)
    crowded.py    many who come and go in one room, told together
    following.py  the rules about what other nodes decide
    pending.py    what is decided here about people, and under way to them
    nodes.py      what the nodes of one chat tell each other
    codes.py      why: stable codes of refusals and causes
    concerns.py   whom an item concerns, and which log
    accounts.py   names that belong to somebody, also while they are away
    law.py        what holds in a room, or everywhere: rules, moderators, mutes, bans, exceptions
    whom.py       whom a mute, a ban or an exception is about, as it is typed
    rules.py      the rules of a room as people write them: slow=10
    rights.py     who may do what, and what keeps somebody from speaking or coming in
    deeds.py      what was done about somebody, as an event
    appointing.py the rules about founders, moderators and voices
    past.py       the rules about reading what was said
    rooms.py      the rules about rooms
    people.py     the rules about people
    programs.py   the rules about what programs say for their people
    moderation.py the rules about moderating
    offices.py    the rules about operators by the account of another
    registering.py the rules about accounts
    chat.py       Chat: decides, by these rules
"""
