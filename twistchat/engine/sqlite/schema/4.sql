-- What moderators and operators do: until when it holds, what of it holds, an account of all of it.

-- Until when it holds (seconds since 1970, UTC); NULL: for good, or nothing that lasts.
--
-- More kinds of events: 'tagged' and 'whispered-tagged' (what programs say to programs; text: the tags); 'kick', 'mute', 'unmute', 'ban', 'unban', 'op', 'deop', 'voice', 'devoice',
-- 'exempt', 'unexempt', 'allow', 'disallow' and 'found' (to_user and to_who: about whom; text: why); 'rules', 'account' and 'deleted' (text: their
-- fields, as JSON); 'erased' (what was said here was deleted: there is no text any more, and to_who
-- is who deleted it). The log '!' has what concerns no room.
ALTER TABLE events ADD COLUMN until REAL;

-- The events that still hold: of all that decide the same about the same, the last. They are what a
-- start begins with, and are kept however old they are.
CREATE TABLE standing_4 (
    log     INTEGER NOT NULL REFERENCES logs (id),
    -- What it decides: 'topic', 'rules', 'account', 'mute', 'ban', 'op', 'voice',
    -- 'exempt', 'allow', 'found'
    kind    TEXT NOT NULL,
    -- About whom: an id, or a folded name behind a colon; empty: the room.
    subject TEXT NOT NULL,
    number  INTEGER NOT NULL,
    PRIMARY KEY (log, kind, subject)
) WITHOUT ROWID;

INSERT INTO standing_4 SELECT log, kind, '', number FROM standing;
DROP TABLE standing;
ALTER TABLE standing_4 RENAME TO standing;

CREATE INDEX standing_place ON standing (log, number);

-- Who did what to whom, and why: a copy of each such event, which stays when its log is shortened or
-- forgotten. Entries are added, and never changed or deleted. The hidden key of a room is not in it.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The name of the log in which it was put, its epoch then, and its number there.
    log     TEXT NOT NULL,
    epoch   TEXT NOT NULL,
    number  INTEGER NOT NULL,
    -- As in the table of events.
    at      REAL NOT NULL,
    kind    TEXT NOT NULL,
    user    TEXT NOT NULL,
    who     TEXT NOT NULL,
    folded  TEXT NOT NULL,
    text    TEXT NOT NULL,
    to_user TEXT,
    to_who  TEXT,
    until   REAL
);

CREATE INDEX audit_log ON audit (log, id);

CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'what was done is not changed'); END;

CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'what was done is not deleted'); END;

-- REPLACE deletes without asking that one.
CREATE TRIGGER audit_unreplaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was done is not replaced'); END;

-- The private logs of somebody, as either of the two in the name.
CREATE INDEX logs_one ON logs (substr(name, 2, instr(name, ',') - 2)) WHERE name GLOB '@*';
CREATE INDEX logs_other ON logs (substr(name, instr(name, ',') + 1)) WHERE name GLOB '@*';

-- One more of the facts:
-- 'erased'   1: the search index may still have traces of deleted words, until it is merged
