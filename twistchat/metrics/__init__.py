"""The operator's numbers, for Prometheus, and whether the server is well and ready.

It knows what is counted (`counts.py`), and prometheus_client, which nobody else imports and not
everybody has installed. It must not know what a session, an engine or a wire is: the numbers are
read when somebody asks for them, so that nobody who talks waits for them.

    numbers.py    all numbers of one moment
    families.py   the metrics: their names, what each is, and how it is made of the numbers
    lag.py        how late the reactor comes to what is due
    health.py     whether all is well, and why not
    pages.py      what is served: /metrics, /healthz, /readyz
    window.py     where it is served
"""
