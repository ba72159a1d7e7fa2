-- Who a user is at an OpenID provider. One user is one person there.
CREATE TABLE identities (
    issuer    TEXT NOT NULL,
    subject   TEXT NOT NULL,
    user_id   BIGINT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

-- Grants that follow from the groups of a person at the provider: replaced at each sign-in, and by nothing else.
ALTER TABLE grants ADD COLUMN mapped BIGINT NOT NULL DEFAULT 0;
