-- Logs, events, and what is asked of them.
--
-- A log is what happened in one room, or between two people: numbered 1, 2, 3 ... under an epoch.
-- An event is written once and never changed; the oldest may be deleted (retention).

CREATE TABLE logs (
    -- Never used twice, as those of events.
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    -- '#room' as it is folded, or '@ID,ID' for what two people say to each other.
    name    TEXT NOT NULL,
    -- Which life of the log the numbers belong to: compared for equality alone.
    epoch   TEXT NOT NULL,
    -- The number of the first event that is still kept, and of the last that was ever written.
    first   INTEGER NOT NULL DEFAULT 1,
    last    INTEGER NOT NULL DEFAULT 0,
    -- When the room was forgotten (seconds since 1970, UTC): a room of that name begins a new log.
    ended   REAL
);

CREATE UNIQUE INDEX logs_live ON logs (name) WHERE ended IS NULL;

CREATE TABLE events (
    -- The order of all events of all logs. Never used twice, since the search index refers to it.
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    log     INTEGER NOT NULL REFERENCES logs (id),
    number  INTEGER NOT NULL,
    -- Seconds since 1970, UTC.
    at      REAL NOT NULL,
    -- 'said', 'did' (/me), 'whispered', 'whispered-did', 'topic'
    kind    TEXT NOT NULL,
    -- Who it was: the id, which stays; the name as it was then; the same as names are compared.
    user    TEXT NOT NULL,
    who     TEXT NOT NULL,
    folded  TEXT NOT NULL,
    -- What was said, or what the topic is now.
    text    TEXT NOT NULL,
    -- Of private words: to whom.
    to_user TEXT,
    to_who  TEXT
);

CREATE UNIQUE INDEX events_place ON events (log, number);

-- The events that still hold: the last of each kind that changes a room. They are what a start
-- begins with, and are kept however old they are.
CREATE TABLE standing (
    log     INTEGER NOT NULL REFERENCES logs (id),
    -- 'topic'
    kind    TEXT NOT NULL,
    number  INTEGER NOT NULL,
    PRIMARY KEY (log, kind)
) WITHOUT ROWID;

-- How far somebody has read a log: for people who come back as themselves.
CREATE TABLE cursors (
    person  TEXT NOT NULL,
    log     INTEGER NOT NULL REFERENCES logs (id),
    number  INTEGER NOT NULL,
    PRIMARY KEY (person, log)
) WITHOUT ROWID;

CREATE INDEX cursors_log ON cursors (log);

-- Single facts about this file:
-- 'copy'     it is a backup: whoever opens it to write begins new epochs
-- 'unsynced' a writer that does not wait for the disk has it open, or died: in which run of the
--            machine that was
-- 'indexed'  the last event (its id) that the search index has
CREATE TABLE facts (
    name    TEXT PRIMARY KEY,
    value   NOT NULL
) WITHOUT ROWID;
