-- A set that is over: what was done, when, with what, and how it was measured. Its number, which
-- people use, is the id.
CREATE TABLE sets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uid TEXT NOT NULL UNIQUE,
    number INTEGER NOT NULL,  -- as the display counted
    started_utc TEXT NOT NULL,  -- ISO 8601 with milliseconds and Z, so that text sorts as time
    utc_offset_min INTEGER NOT NULL,
    device_id TEXT,
    standard TEXT NOT NULL,
    load_kg REAL,
    target_reps INTEGER,
    target_tempo TEXT,
    form TEXT NOT NULL,  -- JSON: the thresholds it was judged by
    calibration TEXT NOT NULL,  -- JSON: how counts became degrees
    stop_deg REAL,
    ended_by TEXT NOT NULL,
    discomfort INTEGER NOT NULL,
    suspect INTEGER NOT NULL,
    source TEXT NOT NULL,
    notes TEXT NOT NULL
) STRICT;

CREATE INDEX sets_by_time ON sets (started_utc);
CREATE INDEX sets_by_load ON sets (load_kg, started_utc);

-- What was found in a set. Of each set one is current; those before it are kept.
CREATE TABLE analyses (
    id INTEGER PRIMARY KEY,
    set_id INTEGER NOT NULL REFERENCES sets (id) ON DELETE CASCADE,
    made_utc TEXT NOT NULL,
    program TEXT NOT NULL,  -- the version that found it
    current INTEGER NOT NULL,
    rep_count INTEGER NOT NULL,
    partial_count INTEGER NOT NULL,
    overshoot_count INTEGER NOT NULL,
    mean_range_deg REAL,
    form_score INTEGER,
    report TEXT NOT NULL  -- JSON: an entry of the report's sets
) STRICT;

CREATE UNIQUE INDEX current_analysis ON analyses (set_id) WHERE current;
CREATE INDEX analyses_of_set ON analyses (set_id);

-- What a set was measured on; apart, because it is large and hardly ever read.
CREATE TABLE samples (
    set_id INTEGER PRIMARY KEY REFERENCES sets (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,  -- wire: as the machine sent it; csv: as another logger wrote it
    from_s REAL NOT NULL,  -- the report's time of the first of them
    data BLOB NOT NULL,  -- zlib
    trace BLOB NOT NULL  -- zlib, JSON: the way of the lever, thin enough to draw
) STRICT;

-- The set under way: at most one row, and its wire bytes in the order they came.
CREATE TABLE running (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    from_s REAL NOT NULL,
    begun TEXT NOT NULL,  -- JSON: all that is known of it before it is over
    removed TEXT NOT NULL DEFAULT '[]'  -- JSON: numbers of its reps that are struck out
) STRICT;

CREATE TABLE running_bytes (
    id INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;
