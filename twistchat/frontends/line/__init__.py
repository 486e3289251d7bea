"""The line wire: people on nc and telnet, a line at a time.

It knows what people type and read. It knows nothing of other wires, nor of who hears what.

    protocol.py   ChatProtocol and ChatFactory: one connection, from its greeting on
    dialog.py     what one person says, a line at a time
    telnet.py     what telnet mixes into the text, taken out
    charsets.py   the charsets that terminals speak besides UTF-8
    dialect.py    what somebody typed → what they ask for
    commands.py   the commands, as data
    accounts.py   those about accounts; desk.py: what they ask for; asking.py: asks for passwords
    moderating.py those of moderators
    view.py       what one person has chosen: where typing goes, how they are written to
    format.py     what happened → bytes
    speech.py     what happened → the sentences of one language
    speech_moderation.py     a part of that: what moderators do
    sentences.py  every sentence of this wire, in one place
    sentences_moderation.py  a part of those, and marks.py: how they are marked for translation
    sentences_accounts.py    another part
    manual.py     the sentences of /help
"""
