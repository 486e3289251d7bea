"""`python -m twistchat` is `twistchat`."""

import sys

from twistchat.program import main

sys.exit(main())
