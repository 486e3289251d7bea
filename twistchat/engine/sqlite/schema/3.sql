-- Passwords of accounts. They are in no log, since nobody is told of them, and an export has none.

CREATE TABLE passwords (
    -- Whose it is: the id of the account, which stays when it is renamed.
    account TEXT PRIMARY KEY,
    -- Never the password itself: a hash that says how it was made ('$argon2id$v=19$...').
    hash    TEXT NOT NULL
) WITHOUT ROWID;
