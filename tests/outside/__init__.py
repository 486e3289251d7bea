"""What judges by which other chats are judged need, to judge this one. docs/irc-testing.md."""
