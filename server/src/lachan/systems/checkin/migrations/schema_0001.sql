-- The check-in tables. Django knows neither partitions nor INCLUDE on several columns, so they are written here.

-- The first answer to each idempotency key of a device. Unpartitioned: the key is unique whatever the time says.
CREATE TABLE checkin_receipt (
    device_id bigint NOT NULL,
    key uuid NOT NULL,
    body_hash bytea NOT NULL,
    event_id uuid NOT NULL,
    place_id bigint NOT NULL,
    at timestamptz NOT NULL,
    direction smallint NOT NULL,
    clock_offset integer,
    received_at timestamptz NOT NULL,
    CONSTRAINT checkin_receipt_pk PRIMARY KEY (device_id, key)
);
-- Rows arrive in the order of received_at, so a BRIN of a few pages finds the expired ones.
CREATE INDEX checkin_receipt_received ON checkin_receipt USING brin (received_at);
-- The few that came late expire by their own time.
CREATE INDEX checkin_receipt_late ON checkin_receipt (at) WHERE received_at - at > interval '1 day';

CREATE TABLE checkin_event (
    id uuid NOT NULL,
    person_id bigint NOT NULL,
    place_id bigint NOT NULL,
    at timestamptz NOT NULL,
    direction smallint NOT NULL CHECK (direction IN (1, 2)),
    trust smallint NOT NULL CHECK (trust BETWEEN 1 AND 4),
    clock_offset integer,
    by_account_id bigint NOT NULL,
    device_id bigint,
    received_at timestamptz NOT NULL DEFAULT now(),
    txid xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (at);
-- A person's events in order, for the projection, the history and the erasure.
CREATE INDEX checkin_event_person ON checkin_event (person_id, at);
-- What was written since the last projection.
CREATE INDEX checkin_event_txid ON checkin_event (txid);

CREATE FUNCTION checkin_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'checkin_event is append-only: a correction is a new event' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER checkin_event_append_only BEFORE UPDATE ON checkin_event
    FOR EACH ROW EXECUTE FUNCTION checkin_refuse_update();

-- An event whose week has no partition yet is kept here, never refused; checkin_partition_week moves it.
CREATE TABLE checkin_event_rest PARTITION OF checkin_event DEFAULT;

CREATE FUNCTION checkin_week_of(moment timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT date_trunc('week', moment AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
$$;

-- Makes the partition of the week that holds the moment, with whatever the default partition holds of it. True when made.
CREATE FUNCTION checkin_partition_week(moment timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := checkin_week_of(moment);
    part text := 'checkin_event_' || to_char(first AT TIME ZONE 'UTC', 'IYYY"w"IW');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE checkin_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    -- Writers of other weeks go on; an event of this week waits for the attachment.
    LOCK TABLE checkin_event_rest IN SHARE ROW EXCLUSIVE MODE;
    EXECUTE format(
        'WITH moved AS (DELETE FROM checkin_event_rest WHERE at >= %L AND at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
        first, first + interval '7 days', part);
    EXECUTE format('ALTER TABLE checkin_event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        part, first, first + interval '7 days');
    RETURN true;
END $$;

-- Weeks from `since` to `ahead` exist afterwards; returns how many were made.
CREATE FUNCTION checkin_partitions_ahead(since timestamptz, ahead timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    week timestamptz := checkin_week_of(since);
    made integer := 0;
BEGIN
    WHILE week <= ahead LOOP
        made := made + checkin_partition_week(week)::integer;
        week := week + interval '7 days';
    END LOOP;
    RETURN made;
END $$;

-- Drops the partitions that end before the moment and hold no row; returns their names.
CREATE FUNCTION checkin_drop_empty_partitions(before timestamptz) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    part text;
    filled boolean;
BEGIN
    FOR part IN
        SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
        WHERE inhparent = 'checkin_event'::regclass AND child.relname ~ '^checkin_event_\d{4}w\d{2}$'
          AND to_date(right(child.relname, 7), 'IYYY"w"IW') + 7 <= (before AT TIME ZONE 'UTC')::date
        ORDER BY child.relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', part) INTO filled;
        IF NOT filled THEN
            EXECUTE format('DROP TABLE %I', part);
            RETURN NEXT part;
        END IF;
    END LOOP;
END $$;

SELECT checkin_partitions_ahead(now() - interval '28 days', now() + interval '28 days');

-- Stays, projected from the events. One table: docs/adr/0003-partitions.md.
CREATE TABLE checkin_visit (
    id uuid NOT NULL CONSTRAINT checkin_visit_pk PRIMARY KEY,
    place_id bigint NOT NULL,
    person_id bigint NOT NULL,
    t_in timestamptz NOT NULL,
    t_out timestamptz NOT NULL,
    certain_until timestamptz NOT NULL,
    ending smallint NOT NULL CHECK (ending BETWEEN 1 AND 4),
    trust smallint NOT NULL CHECK (trust BETWEEN 1 AND 4),
    CONSTRAINT checkin_visit_length CHECK (t_out - t_in BETWEEN interval '0' AND interval '24 hours'),
    CONSTRAINT checkin_visit_certain CHECK (certain_until BETWEEN t_in AND t_out)
);
-- Each hop of tracing reads these two indexes and never the table.
CREATE INDEX checkin_visit_place ON checkin_visit (place_id, t_in) INCLUDE (t_out, person_id);
CREATE INDEX checkin_visit_person ON checkin_visit (person_id, t_in) INCLUDE (place_id, t_out);
-- Stays are written about when they happen, so a BRIN of a few pages finds the expired ones.
CREATE INDEX checkin_visit_expiry ON checkin_visit USING brin (t_in);

-- Where the projection stands: every event of a transaction before `txid` is in checkin_visit.
CREATE TABLE checkin_watermark (
    one boolean NOT NULL DEFAULT true CONSTRAINT checkin_watermark_pk PRIMARY KEY CHECK (one),
    txid xid8 NOT NULL,
    projected_at timestamptz NOT NULL
);
INSERT INTO checkin_watermark (txid, projected_at) VALUES ('0', now());
