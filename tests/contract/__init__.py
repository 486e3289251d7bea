"""What every wire does: the same scenarios on each, and on each engine.

wires.py          how one asks for things on a wire: a class for each
scenarios.py      what then happens, in words that hold on all of them
moderation.py     what moderators do, and to whom
accounts.py       the same, of people who have accounts
test_accounts.py  every wire on every engine, with accounts
test_contract.py  every wire on every engine, and several wires in one room
"""
