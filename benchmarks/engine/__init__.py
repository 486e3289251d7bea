"""What it costs to keep what is said: the engines beside each other, in one run.

What the tables say stands in ../README.md.

    __main__.py   the command line, and who is measured when
    serving.py    a whole server with an engine, and people who talk
    alone.py      an engine with no server around it
    stopwatch.py  twistd, with a stopwatch at each commit
    commits.py    what the stopwatch notes
    disk.py       what a folder is on, and what the disk alone takes
    figures.py    what was seen in a run, and the median run
    report.py     the tables
"""
