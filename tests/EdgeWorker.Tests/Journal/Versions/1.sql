-- A journal as schema version 1 wrote it. Never edited: a new version gets a file of its own.
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
) STRICT;
CREATE UNIQUE INDEX prompts_idempotency ON prompts (idempotency_scope, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX prompts_open ON prompts (deadline) WHERE state IN ('accepted', 'escalated');
CREATE INDEX prompts_state ON prompts (state, id);

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
CREATE INDEX transitions_prompt ON transitions (prompt_id, seq);

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
) STRICT;
CREATE INDEX outbox_order ON outbox (queue, priority, seq);
CREATE INDEX outbox_prompt ON outbox (prompt_id);

CREATE TABLE inbox (
  event_id TEXT PRIMARY KEY,
  prompt_id TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('applied', 'late')),
  cost TEXT,
  currency TEXT,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
  event_id TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  body BLOB NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TRIGGER prompts_begin BEFORE INSERT ON prompts WHEN NEW.state <> 'accepted'
BEGIN SELECT RAISE(ABORT, 'a prompt begins as accepted'); END;

CREATE TRIGGER prompts_keep BEFORE DELETE ON prompts
BEGIN SELECT RAISE(ABORT, 'a prompt is never deleted'); END;

-- REPLACE deletes without asking the trigger above.
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

CREATE TRIGGER prompts_final BEFORE UPDATE ON prompts WHEN OLD.state IN ('answered', 'failed', 'expired')
BEGIN SELECT RAISE(ABORT, 'a final state never changes'); END;

CREATE TRIGGER prompts_accepted AFTER INSERT ON prompts
BEGIN INSERT INTO transitions (prompt_id, to_state, at) VALUES (NEW.id, NEW.state, NEW.accepted_at); END;

CREATE TRIGGER prompts_changed AFTER UPDATE OF state ON prompts
BEGIN
  INSERT INTO transitions (prompt_id, from_state, to_state, route, reason, detail, at)
  VALUES (NEW.id, OLD.state, NEW.state, NEW.route, NEW.reason, NEW.detail, NEW.changed_at);
END;

CREATE TRIGGER transitions_keep BEFORE DELETE ON transitions
BEGIN SELECT RAISE(ABORT, 'a transition is never deleted'); END;

CREATE TRIGGER transitions_same BEFORE UPDATE ON transitions
BEGIN SELECT RAISE(ABORT, 'a transition never changes'); END;
PRAGMA application_id = 1213809234;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
INSERT INTO meta (key, value) VALUES ('epoch', '6f1c62a8-4f60-4a3c-9a7e-27d1c7a3b0de');
INSERT INTO counters (name, value) VALUES ('late', 1);
INSERT INTO prompts (id, state, kind, accepted_at, deadline, messages, model, wait_offline, changed_at)
  VALUES ('019ac000-0000-7000-8000-000000000001', 'accepted', 'batch', 1764000000000, 1764086400000, '[{"role":"user","content":"One?"}]', 'hybrid', 0, 1764000000000);
INSERT INTO prompts (id, state, kind, accepted_at, deadline, messages, options, model, task, wait_offline, idempotency_scope, idempotency_key, body_hash, changed_at)
  VALUES ('019ac000-0000-7000-8000-000000000002', 'accepted', 'batch', 1764000000001, 1764086400001, '[{"role":"user","content":"Two?"}]', '{"maxTokens":9}', 'hybrid', 'chat', 1, 'http', 'key-2', x'0102', 1764000000001);
INSERT INTO prompts (id, state, kind, accepted_at, deadline, messages, model, wait_offline, retry_of, changed_at)
  VALUES ('019ac000-0000-7000-8000-000000000003', 'accepted', 'interactive', 1764000000002, 1764086400002, '[{"role":"user","content":"Three?"}]', 'small', 0, '019ac000-0000-7000-8000-000000000002', 1764000000002);
UPDATE prompts SET state = 'escalated', route = 'cloud', reason = 'unsure', confidence = 0.5, draft = 'perhaps', draft_model = 'small', changed_at = 1764000001000
  WHERE id = '019ac000-0000-7000-8000-000000000002';
INSERT INTO outbox (queue, event_id, prompt_id, priority, body, created_at, expires_at)
  VALUES ('escalations', '019ac000-0000-7000-8000-0000000000e2', '019ac000-0000-7000-8000-000000000002', 1, x'7b7d', 1764000001000, 1764086400001);
UPDATE prompts SET state = 'answered', route = 'local', reason = 'mode', answer = 'three', answer_model = 'small', input_tokens = 7, output_tokens = 3, finish_reason = 'stop', changed_at = 1764000002000
  WHERE id = '019ac000-0000-7000-8000-000000000003';
INSERT INTO outbox (queue, event_id, prompt_id, priority, body, created_at, expires_at)
  VALUES ('results', '019ac000-0000-7000-8000-0000000000e3', '019ac000-0000-7000-8000-000000000003', 0, x'7b7d', 1764000002000, 1764604802000);
INSERT INTO inbox (event_id, prompt_id, verdict, cost, currency, at) VALUES ('late-1', '019ac000-0000-7000-8000-000000000009', 'late', '0.25', 'USD', 1764000003000);
