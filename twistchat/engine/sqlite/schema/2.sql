-- Keys of what was said, and what is remembered of people.

-- Under which key something was said: sent again, it is not said again. Kept for some time, also
-- where the event itself is deleted, or its log.
CREATE TABLE keys (
    -- Who said it (the id), and what the wire calls it: a key is its speaker's own.
    owner   TEXT NOT NULL,
    key     TEXT NOT NULL,
    -- Where it was put: the log, which may be gone, its epoch and the number.
    log     INTEGER NOT NULL,
    epoch   TEXT NOT NULL,
    number  INTEGER NOT NULL,
    -- Of what was said and how (8 bytes), and where (8): the same key is not for something else.
    digest  BLOB NOT NULL,
    -- When it was said (seconds since 1970, UTC).
    at      REAL NOT NULL,
    PRIMARY KEY (owner, key)
) WITHOUT ROWID;

CREATE INDEX keys_at ON keys (at);

-- What is remembered of somebody (the id) until a time (seconds since 1970, UTC).
CREATE TABLE remembered (
    person  TEXT PRIMARY KEY,
    text    TEXT NOT NULL,
    until   REAL NOT NULL
) WITHOUT ROWID;

CREATE INDEX remembered_until ON remembered (until);

-- One more of the facts:
-- 'secret'   32 random bytes, in hexadecimal digits: what is signed with them is good after a
--            restart, and whoever has them can sign
