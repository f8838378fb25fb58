-- A journal as schema version 2 wrote it: 1.sql, opened by a program of that version. Never edited: a new version gets a file of its own.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE prompts (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('accepted', 'escalated', 'answered', 'failed', 'expired')),
  kind TEXT NOT NULL CHECK (kind IN ('interactive', 'batch')),
  accepted_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  messages TEXT NOT NULL,
  options TEXT,
  model TEXT NOT NULL,
  task TEXT,
  wait_offline INTEGER NOT NULL,
  idempotency_scope TEXT,
  idempotency_key TEXT,
  body_hash BLOB,
  retry_of TEXT REFERENCES prompts (id),
  trace_parent TEXT,
  route TEXT CHECK (route IN ('local', 'cloud')),
  reason TEXT,
  detail TEXT,
  confidence REAL,
  draft TEXT,
  draft_model TEXT,
  fallback_at INTEGER,
  answer TEXT,
  answer_model TEXT,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cost TEXT,
  currency TEXT,
  finish_reason TEXT,
  error_code TEXT,
  error_message TEXT,
  changed_at INTEGER NOT NULL
, asked_digest BLOB, draft_digest BLOB, outcome_digest BLOB) STRICT;
INSERT INTO prompts VALUES('019ac000-0000-7000-8000-000000000001','accepted','batch',1764000000000,1764086400000,'[{"role":"user","content":"One?"}]',NULL,'hybrid',NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1764000000000,X'58b2526c8026c633282f070e570c09ed',NULL,NULL);
INSERT INTO prompts VALUES('019ac000-0000-7000-8000-000000000002','escalated','batch',1764000000001,1764086400001,'[{"role":"user","content":"Two?"}]','{"maxTokens":9}','hybrid','chat',1,'http','key-2',X'0102',NULL,NULL,'cloud','unsure',NULL,0.5,'perhaps','small',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1764000001000,X'08a57fd30f871297217cadadc84a3a9d',X'1bf7f0de7b00eb42b063e248437e2511',NULL);
INSERT INTO prompts VALUES('019ac000-0000-7000-8000-000000000003','answered','interactive',1764000000002,1764086400002,'[{"role":"user","content":"Three?"}]',NULL,'small',NULL,0,NULL,NULL,NULL,'019ac000-0000-7000-8000-000000000002',NULL,'local','mode',NULL,NULL,NULL,NULL,NULL,'three','small',7,3,NULL,NULL,'stop',NULL,NULL,1764000002000,X'0bec1c0721365c57a560d2257abe30d3',NULL,X'6e556ccae4e47da6a4d5540ca23a0d63');
CREATE TABLE transitions (
  seq INTEGER PRIMARY KEY,
  prompt_id TEXT NOT NULL REFERENCES prompts (id),
  from_state TEXT,
  to_state TEXT NOT NULL,
  route TEXT,
  reason TEXT,
  detail TEXT,
  at INTEGER NOT NULL
) STRICT;
INSERT INTO transitions VALUES(1,'019ac000-0000-7000-8000-000000000001',NULL,'accepted',NULL,NULL,NULL,1764000000000);
INSERT INTO transitions VALUES(2,'019ac000-0000-7000-8000-000000000002',NULL,'accepted',NULL,NULL,NULL,1764000000001);
INSERT INTO transitions VALUES(3,'019ac000-0000-7000-8000-000000000003',NULL,'accepted',NULL,NULL,NULL,1764000000002);
INSERT INTO transitions VALUES(4,'019ac000-0000-7000-8000-000000000002','accepted','escalated','cloud','unsure',NULL,1764000001000);
INSERT INTO transitions VALUES(5,'019ac000-0000-7000-8000-000000000003','accepted','answered','local','mode',NULL,1764000002000);
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  event_id TEXT NOT NULL UNIQUE,
  prompt_id TEXT NOT NULL REFERENCES prompts (id),
  priority INTEGER NOT NULL,
  body BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT
, digest BLOB) STRICT;
INSERT INTO outbox VALUES(1,'escalations','019ac000-0000-7000-8000-0000000000e2','019ac000-0000-7000-8000-000000000002',1,X'7b7d',1764000001000,1764086400001,0,NULL,X'f84a05b7cbe08eb63373e7690cb8e401');
INSERT INTO outbox VALUES(2,'results','019ac000-0000-7000-8000-0000000000e3','019ac000-0000-7000-8000-000000000003',0,X'7b7d',1764000002000,1764604802000,0,NULL,X'd3912b22bc357dd7f618c7e9ff260491');
CREATE TABLE inbox (
  event_id TEXT PRIMARY KEY,
  prompt_id TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('applied', 'late')),
  cost TEXT,
  currency TEXT,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO inbox VALUES('late-1','019ac000-0000-7000-8000-000000000009','late','0.25','USD',1764000003000);
CREATE TABLE parked (
  event_id TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  body BLOB NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES('late',1);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('epoch','6f1c62a8-4f60-4a3c-9a7e-27d1c7a3b0de');
CREATE TABLE pruning (settled_before INTEGER NOT NULL) STRICT;
CREATE TABLE late_costs (currency TEXT PRIMARY KEY, amount TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tally (prompts INTEGER NOT NULL, results INTEGER NOT NULL, changes INTEGER NOT NULL) STRICT;
INSERT INTO tally VALUES(3,1,0);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('outbox',2);
CREATE UNIQUE INDEX prompts_idempotency ON prompts (idempotency_scope, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX prompts_open ON prompts (deadline) WHERE state IN ('accepted', 'escalated');
CREATE INDEX prompts_state ON prompts (state, id);
CREATE INDEX transitions_prompt ON transitions (prompt_id, seq);
CREATE INDEX outbox_order ON outbox (queue, priority, seq);
CREATE INDEX outbox_prompt ON outbox (prompt_id);
CREATE INDEX prompts_settled ON prompts (changed_at) WHERE state IN ('answered', 'failed', 'expired');
CREATE INDEX prompts_retried ON prompts (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX inbox_prompt ON inbox (prompt_id);
CREATE INDEX inbox_age ON inbox (at);
CREATE TRIGGER prompts_begin BEFORE INSERT ON prompts WHEN NEW.state <> 'accepted'
BEGIN SELECT RAISE(ABORT, 'a prompt begins as accepted'); END;
CREATE TRIGGER prompts_once BEFORE INSERT ON prompts WHEN EXISTS (SELECT 1 FROM prompts WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM prompts WHERE idempotency_scope = NEW.idempotency_scope AND idempotency_key = NEW.idempotency_key)
BEGIN SELECT RAISE(ABORT, 'a prompt is never replaced'); END;
CREATE TRIGGER prompts_same BEFORE UPDATE OF id, kind, accepted_at, messages, idempotency_scope, idempotency_key, body_hash ON prompts
BEGIN SELECT RAISE(ABORT, 'what was asked never changes'); END;
CREATE TRIGGER prompts_graph BEFORE UPDATE OF state ON prompts WHEN NOT (
  (OLD.state = 'accepted' AND NEW.state IN ('escalated', 'answered', 'failed', 'expired'))
  OR (OLD.state = 'escalated' AND NEW.state IN ('answered', 'failed', 'expired')))
BEGIN SELECT RAISE(ABORT, 'illegal transition'); END;
CREATE TRIGGER prompts_route BEFORE UPDATE OF state ON prompts WHEN
  (OLD.state = 'accepted' AND NEW.state = 'answered' AND NEW.route IS NOT 'local')
  OR (NEW.state = 'answered' AND (NEW.answer IS NULL OR NEW.route IS NULL))
  OR (NEW.state IN ('failed', 'expired') AND NEW.reason IS NULL)
BEGIN SELECT RAISE(ABORT, 'illegal outcome'); END;
CREATE TRIGGER prompts_accepted AFTER INSERT ON prompts
BEGIN INSERT INTO transitions (prompt_id, to_state, at) VALUES (NEW.id, NEW.state, NEW.accepted_at); END;
CREATE TRIGGER prompts_changed AFTER UPDATE OF state ON prompts
BEGIN
  INSERT INTO transitions (prompt_id, from_state, to_state, route, reason, detail, at)
  VALUES (NEW.id, OLD.state, NEW.state, NEW.route, NEW.reason, NEW.detail, NEW.changed_at);
END;
CREATE TRIGGER transitions_same BEFORE UPDATE ON transitions
BEGIN SELECT RAISE(ABORT, 'a transition never changes'); END;
CREATE TRIGGER prompts_keep BEFORE DELETE ON prompts WHEN EXISTS (SELECT 1 FROM outbox WHERE prompt_id = OLD.id)
  OR NOT EXISTS (SELECT 1 FROM pruning WHERE OLD.state IN ('answered', 'failed', 'expired') AND OLD.changed_at < settled_before)
BEGIN SELECT RAISE(ABORT, 'a prompt is never deleted before its time'); END;
CREATE TRIGGER transitions_keep BEFORE DELETE ON transitions WHEN NOT EXISTS (
  SELECT 1 FROM pruning, prompts
  WHERE id = OLD.prompt_id AND state IN ('answered', 'failed', 'expired') AND changed_at < settled_before)
BEGIN SELECT RAISE(ABORT, 'a transition is never deleted before its prompt'); END;
CREATE TRIGGER tally_changed AFTER INSERT ON transitions BEGIN UPDATE tally SET changes = changes + 1; END;
CREATE TRIGGER tally_accepted AFTER INSERT ON prompts BEGIN UPDATE tally SET prompts = prompts + 1; END;
CREATE TRIGGER tally_pruned AFTER DELETE ON prompts BEGIN UPDATE tally SET prompts = prompts - 1; END;
CREATE TRIGGER tally_filled AFTER INSERT ON outbox WHEN NEW.queue = 'results' BEGIN UPDATE tally SET results = results + 1; END;
CREATE TRIGGER tally_emptied AFTER DELETE ON outbox WHEN OLD.queue = 'results' BEGIN UPDATE tally SET results = results - 1; END;
CREATE TRIGGER prompts_final BEFORE UPDATE ON prompts WHEN OLD.state IN ('answered', 'failed', 'expired')
BEGIN SELECT RAISE(ABORT, 'a final state never changes'); END;
COMMIT;
PRAGMA application_id = 1213809234;
PRAGMA user_version = 2;
PRAGMA journal_mode = WAL;
