"""The tests of twistchat. Those in `e2e` start real processes and are run by pytest alone."""
