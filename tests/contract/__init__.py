"""What every wire does: the same scenarios on each, and on each engine.

wires.py          how one asks for things on a wire: a class for each
scenarios.py      what then happens, in words that hold on all of them
moderation.py     what moderators do, and to whom
test_contract.py  every wire on every engine, and several wires in one room
"""
