"""One port for everybody: the first bytes, TLS, and the page for browsers."""
