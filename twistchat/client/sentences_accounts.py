"""The sentences about accounts and passwords; a part of `sentences.py`, for its length."""

from __future__ import annotations

ASK_HOUSE = "-- This chat has a password. What is it? (It is not shown as you type.)"
ASK_ACCOUNT = "-- What is the name of your account?"
ASK_OF = "-- The password of {name}? (It is not shown as you type. Enter alone: never mind.)"
ASK_OLD = "-- Your present password? (It is not shown as you type. Enter alone: never mind.)"
ASK_NEW = (
    "-- A new password for {name}, of at least 8 characters? "
    "(It is not shown as you type. Enter alone: never mind.)"
)
ASK_SAME = "-- The same again?"
DELETE = (
    "-- The account {name} and its password will be gone; what you said stays. "
    "Your password? (Enter alone: never mind.)"
)
REGISTERED = "-- The name {name} belongs to an account. Is it yours?"
NEVER_MIND = "-- Never mind: nothing was done."
NOT_THE_SAME = "-- These two were not the same."
ON_ITS_OWN = "-- A password is asked for on a line of its own, so what stood there was not used."
NOT_SAID = "-- Not said: it might be a password. To log in: /login NAME. To say it: /say {words}"
LOGGED_IN = "-- You are logged in as {name}."
LOGGED_OUT = "-- You are logged out."
NO_LONGER = (
    "-- You are logged out of {name}: the password was changed elsewhere, or you were "
    "away for long."
)
ACCOUNT_OF = "-- You are logged in as {name}. /passwd, /logout and /account delete are for that."
NO_ACCOUNT = "-- You are a guest. /register makes {name} yours for good; /login NAME is for owners."
NO_HOUSE = "this chat has a password: --house-password-file FILE, or TWISTCHAT_HOUSE_PASSWORD"
GONE = "{name} is logged out: its password was changed elsewhere, or its token is too old"

REFUSED = {
    "wrong-password": "Sorry, that is not the password of an account of that name.",
    "attempts-too-fast": "Sorry, too many wrong passwords. Try again in {hint} s.",
    "login-busy": "Sorry, too many people give their passwords now. Try again in a moment.",
    "account-disabled": "Sorry, the account {about} is disabled. The operators of this chat know "
    "why.",
    "account-exists": "There is an account {about} already. Is it yours? /login",
    "registrations-too-fast": "Sorry, that were too many new accounts from your address. Try again "
    "in {hint} s.",
    "name-registered": "Sorry, the name {about} belongs to an account. Is it yours? "
    "/login {about}. Or how about {hint}?",
    "name-lost": "Somebody else has taken the name {about}, while the server was cut off. "
    "You are {hint} now.",
    "name-claimed": "The name {about} belongs to an account, whose owner has come. "
    "You are {hint} now.",
    "password-short": "That password is too short: {hint} characters at least. A few words are "
    "easy to keep.",
    "password-long": "That password is too long: {hint} bytes at most.",
    "password-characters": "A password has only characters that can be typed anywhere. Try another "
    "one.",
    "password-is-name": "Your name is no password: everybody knows it. Try another one.",
    "house-password-wrong": "Sorry, that is not the password of this chat.",
    "house-first": "This chat has a password.",
    "guests-not-welcome": "Sorry, this chat is for those who have an account. Have you? "
    "/login NAME",
    "not-logged-in": "You are a guest here. /login NAME or /register comes first.",
    "logged-in-already": "You are logged in as {about} already. /logout ends that.",
}
"""Of refusals, by their codes."""
