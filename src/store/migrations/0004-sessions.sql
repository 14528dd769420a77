-- Browsers that are logged in. What a browser holds is a random secret; only its hash is here. A session belongs to the
-- token that it was exchanged for, so a new token ends all sessions of the old one.
create table sessions (
  id uuid primary key,
  secret_hash text not null unique,
  token_hash text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  user_agent text not null
);
