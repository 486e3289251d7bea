"""The tests of twistchat. Those in `e2e` start real processes and are run by pytest alone."""

from hypothesis import HealthCheck, settings

# However busy the machine is: no test fails because it was slow.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
