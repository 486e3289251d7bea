"""Why somebody does not come in, or may not do something about an account: in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twistchat.core.codes import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twistchat.core.events import Refused

_SENTENCES: Mapping[Refusal, str] = {
    Refusal.NAME_EMPTY: "Send NICK and a name",
    Refusal.NAME_CHARACTERS: "Nobody can be called that here: letters and digits are always good",
    Refusal.NAME_NUMBER: "A name needs a letter",
    Refusal.NAME_LONG: "That name is too long or too wide",
    Refusal.NAME_RESERVED: "That name is the server's own",
    Refusal.NAME_TAKEN: "Somebody else is called that",
    Refusal.NAME_KEPT: "Somebody who is called that has just lost their connection",
    Refusal.NAME_REGISTERED: (
        "That name belongs to an account: if it is yours log in by SASL, or with PASS"
    ),
    Refusal.WRONG_PASSWORD: "No account has that name and that password",
    Refusal.ATTEMPTS_FAST: "There were too many wrong passwords: wait {hint} seconds",
    Refusal.LOGIN_BUSY: "Too many log in at this moment: try again in a few seconds",
    Refusal.ACCOUNT_DISABLED: "The account of {about} is disabled: ask an operator",
    Refusal.HOUSE_PASSWORD_WRONG: "That is not the password of this server",
    Refusal.GUESTS_NOT_WELCOME: "You need an account here: log in by SASL or PASS name:password",
    Refusal.BANNED: "You are banned from this server",
    Refusal.UNAVAILABLE: "That cannot be looked up now: try again later",
    Refusal.OPERATORS_ONLY: "That is not the account of an operator",
    Refusal.LOGGED_IN_ALREADY: "You are logged in already",
    Refusal.ACCOUNT_EXISTS: "That name belongs to an account",
    Refusal.REGISTRATIONS_FAST: "Too many accounts come from your address: wait {hint} seconds",
    Refusal.PASSWORD_SHORT: "A password has {hint} characters at least",
    Refusal.PASSWORD_LONG: "A password has {hint} bytes at most",
    Refusal.PASSWORD_CHARACTERS: "That has characters in it that not every keyboard makes alike",
    Refusal.PASSWORD_NAME: "That is your name: take another password",
    Refusal.STOPPING: "The server is stopping",
}


def sentence(refused: Refused) -> str:
    """Tell why."""
    words = _SENTENCES.get(refused.code, str(refused.code).replace("-", " ").capitalize())
    told = words.format(about=refused.about, hint=refused.hint)
    is_name = refused.code.startswith("name-") and refused.hint
    return f"{told} (free is {refused.hint})" if is_name else told
