"""What goes wrong between a client and its server, as exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twistchat.frontends.jsonlines.codec import Object


TOKEN_IS_NO_GOOD = frozenset({"token-unknown", "token-expired"})
ASK_AGAIN = frozenset({"stopping", "not-kept-stopping", "not-kept-unknown"})
NO_WAY_IN = frozenset({
    "account-disabled", "guests-not-welcome", "wrong-password", "house-first",
    "house-password-wrong",
})  # fmt: skip
PAUSE = 5.0
"""Seconds until something is asked again, where the server does not say how long to wait."""


class ChatError(Exception):
    """Something that was asked of a chat was not done."""


class RefusedError(ChatError):
    """The server said no: `code` is for programs, `text` a sentence for people."""

    def __init__(
        self,
        code: str,
        text: str = "",
        *,
        about: str = "",
        hint: str = "",
        until: float | None = None,
    ) -> None:
        super().__init__(f"{text or 'refused'} [{code}]")
        self.code = code
        self.text = text
        self.about = about
        self.hint = hint
        """What one could try instead: another name, or how many seconds to wait."""
        self.until = until
        """Until when it is so, where that is known: seconds since 1970, UTC."""

    @property
    def is_of_token(self) -> bool:
        """Whether it is the token that is no good."""
        return self.code in TOKEN_IS_NO_GOOD

    @property
    def is_for_good(self) -> bool:
        """Whether nobody comes in by trying again."""
        return self.code in NO_WAY_IN

    @property
    def is_passing(self) -> bool:
        """Whether a line may be sent again, under its key."""
        return self.code in ASK_AGAIN

    @property
    def wait(self) -> float:
        """For how long to wait, in seconds, where the hint says that."""
        try:
            seconds = float(self.hint)
        except ValueError:
            return PAUSE
        return min(max(seconds, 0.5), 600.0) if seconds > 0.0 else PAUSE

    @classmethod
    def read(cls, told: Object) -> RefusedError:
        """Make it of an `error` that a server has sent."""
        code, text, about, hint = (
            str(told.get(name) or "") for name in ("code", "text", "about", "hint")
        )
        until = told.get("until")
        until = float(until) if isinstance(until, int | float) else None
        return cls(code, text, about=about, hint=hint, until=until)


class UnknownError(ChatError):
    """Nobody knows whether it was said: the answer was lost, and so was the right to ask again."""


class DisconnectedError(ChatError):
    """The connection was lost before the answer came; what was asked may have been done."""


class ClosedError(ChatError):
    """This client has left: it was not asked any more."""


class NotJSONError(ChatError):
    """What listens there does not speak this protocol."""
