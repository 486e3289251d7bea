"""The sentences about accounts and passwords, in English, marked for translation."""

from __future__ import annotations

from twistchat.frontends.line.marks import _

ASK_HOUSE = _("-- This chat has a password. What is it?")
HOUSE_AGAIN = _("The password of this chat?")
ASK_ACCOUNT = _("-- What is the name of your account?")
PASSWORD_OF = _("The password of {name}? (Your screen may show it. Enter alone: never mind.)")
REGISTERED = _(
    "The name {name} belongs to an account. Not yours? Press Enter, and take another name."
)
PASSWORD_OLD = _("Your present password? (Your screen may show it. Enter alone: never mind.)")
PASSWORD_NEW = _(
    "A new password for {name}, of at least 8 characters? "
    "(Your screen may show it. Enter alone: never mind.)"
)
PASSWORD_AGAIN = _("The same again?")
PASSWORD_DELETE = _(
    "The account {name} and its password will be gone; what you said stays. "
    "Your password? (Enter alone: never mind.)"
)
NEVER_MIND = _("Never mind: nothing was done. What you type is said again.")
NOT_THE_SAME = _("These two were not the same.")
ON_ITS_OWN = _("A password is asked for on a line of its own, so what stood there was not used.")
PERHAPS_PASSWORD = _(
    "Not said: it might be a password. To log in: /login NAME. To say it: /say {words}"
)
ACCOUNT_OF = _("You are logged in as {name}. /passwd, /logout and /account delete are for that.")
NO_ACCOUNT = _("You are a guest. /register makes {name} yours for good; /login NAME is for owners.")
LOGGED_OUT = _("-- You are logged out.")
