/**
 * What a lane's life needs of the server, each in one round trip. A statement inside a function sees everything that was
 * committed before the statement began (PL/pgSQL, volatile, READ COMMITTED), which a single statement with several parts
 * does not: one that waited for a lane's lock would still look for jobs as of before the wait.
 *
 * `p_now`: a test's time, Unix ms; null: the server's clock, the same for all nodes.
 */

import { CLOCK_STEP_MS, LONGEST_WAIT_MS } from '../system-clock.ts';
import { DEATH_FUNCTIONS } from './death-functions.ts';

/** SQLSTATE of our own: the claim is no longer the caller's. Class `ML` is none of PostgreSQL's (documentation, appendix A). */
export const CLAIM_LOST_STATE = 'ML001';
/** SQLSTATE of our own: somebody else has decided that this session's transaction did not commit. */
export const SESSION_ENDED_STATE = 'ML002';

/** Due timers moved by one claim. As on SQLite: bounds a transaction after a long standstill. */
const TIMERS_PER_CLAIM = 500;
/** Lanes put right by one claim after the clock was set back: the same bound, as the next claim follows at once. */
const LANES_PER_CLAIM = 500;

/**
 * All of them, as this program wants them: they are replaced with each migration. One whose form changes gets another
 * name, so that nodes of the version before go on with theirs.
 */
export const FUNCTIONS = `
CREATE OR REPLACE FUNCTION time_now(p_now bigint) RETURNS bigint LANGUAGE sql VOLATILE
AS $$ SELECT coalesce(p_now, (extract(epoch from clock_timestamp()) * 1000)::bigint) $$;

-- The lanes are made and locked first, in one order everywhere (no deadlock between two of these): so ids grow within a
-- lane in the order of commits.
CREATE OR REPLACE FUNCTION enqueue_jobs(p_now bigint, p_queues text[], p_lanes text[], p_kinds text[], p_payloads text[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t bigint := time_now(p_now);
BEGIN
  INSERT INTO lanes (queue, lane, ready_at, turn)
  SELECT queue, lane, t, turn
  FROM (
    SELECT queue, lane, nextval('lane_turns') AS turn
    FROM (
      SELECT queue, lane, min(place) AS first
      FROM unnest(p_queues, p_lanes) WITH ORDINALITY AS given (queue, lane, place)
      GROUP BY queue, lane ORDER BY first
    ) AS in_order
  ) AS numbered
  ORDER BY queue COLLATE "C", lane COLLATE "C"
  ON CONFLICT (queue, lane) DO UPDATE SET ready_at = lanes.ready_at;

  INSERT INTO jobs (queue, lane, kind, payload, enqueued_at)
  SELECT queue, lane, kind, payload, t
  FROM unnest(p_queues, p_lanes, p_kinds, p_payloads) WITH ORDINALITY AS given (queue, lane, kind, payload, place)
  ORDER BY place;
END $$;

-- One caller at a time per queue, so that timers keep their order.
CREATE OR REPLACE FUNCTION move_timers(p_now bigint, p_queue text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  due text[];
  lanes_due text[];
  kinds_due text[];
  payloads_due text[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' timers ' || p_queue, 0));
  SELECT array_agg(id) INTO due FROM (
    SELECT id FROM timers WHERE queue || '' = p_queue AND at <= p_now ORDER BY at, n LIMIT ${TIMERS_PER_CLAIM}
  ) AS first;
  WITH gone AS (
    DELETE FROM timers WHERE queue = p_queue AND id = ANY (due) AND at <= p_now RETURNING at, n, lane, kind, payload
  )
  SELECT array_agg(lane ORDER BY at, n), array_agg(kind ORDER BY at, n), array_agg(payload ORDER BY at, n)
  INTO lanes_due, kinds_due, payloads_due FROM gone;
  IF lanes_due IS NOT NULL THEN
    PERFORM enqueue_jobs(p_now, array_fill(p_queue, ARRAY[cardinality(lanes_due)]), lanes_due, kinds_due, payloads_due);
  END IF;
END $$;

-- Puts right what waits for a time that the server's clock will not reach soon, as it was set back: tries and pauses are due
-- now, a lease begins anew, a timer (of any queue) waits as long as it was set for. Looks at the ends of three indexes when there is none.
CREATE OR REPLACE FUNCTION bring_to_the_present(p_now bigint, p_queue text, p_lease bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  latest bigint := p_now + ${LONGEST_WAIT_MS};
BEGIN
  IF NOT EXISTS (SELECT 1 FROM lanes WHERE queue || '' = p_queue AND ready_at > latest)
    AND NOT EXISTS (SELECT 1 FROM gates WHERE queue = p_queue AND until > latest)
    AND NOT EXISTS (SELECT 1 FROM timers WHERE set_at > p_now + ${CLOCK_STEP_MS})
  THEN RETURN; END IF;
  -- One caller at a time; lanes that somebody is about to change are looked at again by the next claim.
  PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' clock ' || p_queue, 0));
  UPDATE lanes SET ready_at = CASE WHEN claim IS NULL THEN p_now ELSE p_now + p_lease END,
    lease_until = CASE WHEN claim IS NULL THEN NULL ELSE p_now + p_lease END
  WHERE queue = p_queue AND lane IN (
    SELECT far.lane FROM lanes AS far WHERE far.queue || '' = p_queue AND far.ready_at > latest
    ORDER BY far.ready_at, far.turn LIMIT ${LANES_PER_CLAIM} FOR UPDATE SKIP LOCKED
  );
  UPDATE gates SET until = p_now WHERE queue = p_queue AND until > latest;
  UPDATE timers SET at = at - set_at + p_now, set_at = p_now WHERE set_at > p_now + ${CLOCK_STEP_MS};
END $$;

${DEATH_FUNCTIONS}
-- Is the lane of these prefixes (null: any)?
CREATE OR REPLACE FUNCTION is_of(p_lane text, p_prefixes text[]) RETURNS boolean LANGUAGE sql IMMUTABLE
AS $$ SELECT p_prefixes IS NULL OR split_part(p_lane, '/', 1) = ANY (p_prefixes) $$;

-- Claims heads of lanes. Always returns a row: the server's time, and whether timers were moved. p_again: an earlier try
-- with the same p_claim may have taken lanes, with its answer lost; they are given back first.
CREATE OR REPLACE FUNCTION claim_heads_of(
  p_now bigint, p_queue text, p_limit integer, p_lease bigint, p_max integer, p_claim text, p_again boolean, p_gone bigint,
  p_prefixes text[]
) RETURNS TABLE (
  server_now bigint, moved boolean, probe boolean, claim text, id bigint, queue text, lane text, kind text, payload text,
  enqueued_at bigint, attempts integer, first_failed_at bigint, last_error text, deaths integer
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  t bigint := time_now(p_now);
  gate_until bigint;
  room integer := p_limit;
  bound integer := p_max;
  has_moved boolean := false;
  taken text[];
  ready bigint[];
  turns bigint[];
  suspects integer;
  suspect text;
  suspect_ready bigint;
  suspect_turn bigint;
  suspect_deaths integer;
BEGIN
  IF p_again THEN
    UPDATE lanes SET claim = NULL, lease_until = NULL, ready_at = t
    WHERE '' || queue = p_queue AND claim IS NOT NULL AND starts_with(claim, p_claim);
  END IF;

  PERFORM bring_to_the_present(t, p_queue, p_lease);

  -- Leases that ran out while their node was gone.
  IF EXISTS (
    SELECT 1 FROM lanes WHERE '' || queue = p_queue AND claim IS NOT NULL AND lease_until <= t
      AND split_part(claim, '/', 1) <> split_part(p_claim, '/', 1)
  ) THEN
    PERFORM 1 FROM take_over(t, p_gone, split_part(p_claim, '/', 1), p_queue);
  END IF;

  IF EXISTS (SELECT 1 FROM timers WHERE queue || '' = p_queue AND at <= t) THEN
    PERFORM move_timers(t, p_queue);
    has_moved := true;
  END IF;

  SELECT until INTO gate_until FROM gates WHERE queue = p_queue;
  IF gate_until > t THEN
    room := 0;
  ELSIF gate_until IS NOT NULL THEN
    bound := least(bound, 1);
  END IF;

  IF bound IS NOT NULL AND room > 0 THEN
    -- One node at a time decides how many more of a queue may be under way.
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' claims ' || p_queue, 0));
    room := least(room, bound - (
      SELECT count(*)::integer FROM (
        SELECT 1 FROM lanes WHERE '' || queue = p_queue AND claim IS NOT NULL AND lease_until > t LIMIT bound
      ) AS under_way
    ));
    IF room > 0 AND gate_until IS NOT NULL THEN
      -- Somebody may have closed the gate while we waited.
      SELECT until INTO gate_until FROM gates WHERE queue = p_queue;
      IF gate_until > t THEN room := 0; END IF;
    END IF;
  END IF;

  SELECT count(*)::integer INTO suspects FROM lanes WHERE deaths > 0 AND (queue = p_queue) IS TRUE;
  IF room > 0 AND suspects > 0 THEN
    -- One suspect at a time, of all queues and nodes; the fewest deaths first, since most of them are innocent.
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' suspects', 0));
    PERFORM note_deaths(t, p_gone, split_part(p_claim, '/', 1));
    IF NOT EXISTS (SELECT 1 FROM lanes WHERE deaths > 0 AND claim IS NOT NULL AND lease_until > t) THEN
      SELECT lane, ready_at, turn, deaths INTO suspect, suspect_ready, suspect_turn, suspect_deaths
      FROM lanes WHERE deaths > 0 AND (queue = p_queue) IS TRUE AND ready_at <= t AND is_of(lane, p_prefixes)
      ORDER BY deaths, ready_at, turn LIMIT 1 FOR UPDATE SKIP LOCKED;
    END IF;
    IF suspect IS NOT NULL THEN room := room - 1; END IF;
  END IF;

  IF room > 0 OR suspect IS NOT NULL THEN
    SELECT array_agg(lane ORDER BY ready_at, turn), array_agg(ready_at ORDER BY ready_at, turn),
      array_agg(turn ORDER BY ready_at, turn)
    INTO taken, ready, turns
    FROM (
      -- Suspects are left out afterwards: as a condition of the search, it would cost the planner the order of the index.
      SELECT lane, ready_at, turn FROM (
        SELECT lane, ready_at, turn, deaths FROM lanes WHERE queue || '' = p_queue AND ready_at <= t AND is_of(lane, p_prefixes)
        ORDER BY ready_at, turn LIMIT room + suspects FOR UPDATE SKIP LOCKED
      ) AS first WHERE deaths = 0 LIMIT room
    ) AS due;
    IF suspect IS NOT NULL THEN
      taken := taken || suspect;
      ready := ready || suspect_ready;
      turns := turns || suspect_turn;
    END IF;
    UPDATE lanes SET claim = p_claim || ':' || turn, lease_until = t + p_lease, ready_at = t + p_lease
    WHERE queue = p_queue AND lane = ANY (taken);
  END IF;

  RETURN QUERY
  SELECT t, has_moved, gate_until IS NOT NULL, p_claim || ':' || wanted.turn, head.id, head.queue, head.lane, head.kind,
    head.payload, head.enqueued_at, head.attempts, head.first_failed_at, head.last_error,
    CASE WHEN wanted.lane = suspect THEN suspect_deaths ELSE 0 END
  FROM (SELECT 1) AS always
  LEFT JOIN (
    unnest(taken, ready, turns) AS wanted (lane, ready_at, turn)
    CROSS JOIN LATERAL (SELECT * FROM jobs WHERE jobs.queue = p_queue AND jobs.lane = wanted.lane ORDER BY jobs.id LIMIT 1) AS head
  ) ON true
  ORDER BY wanted.ready_at, wanted.turn;
END $$;

-- The fence: nobody but the owner of the claim ends a job. The lock also holds back those who add to the lane.
CREATE OR REPLACE FUNCTION own_lane(p_now bigint, p_queue text, p_lane text, p_claim text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM lanes
  WHERE queue = p_queue AND lane = p_lane AND claim = p_claim AND lease_until > time_now(p_now) FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'claim lost' USING ERRCODE = '${CLAIM_LOST_STATE}'; END IF;
END $$;

-- After the head has left: the lane waits for its next job, or goes. True when it goes on.
CREATE OR REPLACE FUNCTION free_lane(p_now bigint, p_queue text, p_lane text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM jobs WHERE queue = p_queue AND lane = p_lane) THEN
    UPDATE lanes SET claim = NULL, lease_until = NULL, ready_at = time_now(p_now), deaths = 0
    WHERE queue = p_queue AND lane = p_lane;
    RETURN true;
  END IF;
  DELETE FROM lanes WHERE queue = p_queue AND lane = p_lane;
  RETURN false;
END $$;

CREATE OR REPLACE FUNCTION complete_job(p_now bigint, p_queue text, p_lane text, p_claim text, p_id bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  suspicion integer;
  goes_on boolean;
BEGIN
  PERFORM own_lane(p_now, p_queue, p_lane, p_claim);
  SELECT deaths INTO suspicion FROM lanes WHERE queue = p_queue AND lane = p_lane;
  DELETE FROM jobs WHERE queue = p_queue AND lane = p_lane AND id = p_id;
  goes_on := free_lane(p_now, p_queue, p_lane);
  PERFORM survived(p_now, suspicion);
  RETURN goes_on;
END $$;

-- Many at once, each its own: the places (from 1) of those that were ours, and whether their lanes go on. One that is
-- missing had lost its claim. All lanes are locked in one order, as everywhere.
CREATE OR REPLACE FUNCTION complete_jobs(p_now bigint, p_queues text[], p_lanes text[], p_claims text[], p_ids bigint[])
RETURNS TABLE (place bigint, goes_on boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  t bigint := time_now(p_now);
  ours bigint[];
  suspicions integer[];
BEGIN
  SELECT array_agg(place), array_agg(deaths) FILTER (WHERE deaths > 0) INTO ours, suspicions FROM (
    SELECT given.place, lanes.deaths
    FROM unnest(p_queues, p_lanes, p_claims) WITH ORDINALITY AS given (queue, lane, claim, place)
    JOIN lanes ON lanes.queue = given.queue AND lanes.lane = given.lane
    WHERE lanes.claim = given.claim AND lanes.lease_until > t
    ORDER BY lanes.queue, lanes.lane FOR UPDATE OF lanes
  ) AS locked;
  IF ours IS NULL THEN RETURN; END IF;
  DELETE FROM jobs USING unnest(ours) AS o
  WHERE jobs.queue = p_queues[o] AND jobs.lane = p_lanes[o] AND jobs.id = p_ids[o];
  RETURN QUERY
  WITH mine AS (
    SELECT o AS place, p_queues[o] AS queue, p_lanes[o] AS lane, (
      -- Not EXISTS: for many lanes the planner would read all jobs at once.
      SELECT true FROM jobs WHERE jobs.queue = p_queues[o] AND jobs.lane = p_lanes[o] LIMIT 1
    ) IS TRUE AS goes_on FROM unnest(ours) AS o
  ), gone AS (
    DELETE FROM lanes USING mine
    WHERE lanes.queue = mine.queue AND lanes.lane = mine.lane AND NOT mine.goes_on RETURNING mine.place
  ), going AS (
    UPDATE lanes SET claim = NULL, lease_until = NULL, ready_at = t, deaths = 0 FROM mine
    WHERE lanes.queue = mine.queue AND lanes.lane = mine.lane AND mine.goes_on RETURNING mine.place
  )
  SELECT place, false FROM gone UNION ALL SELECT place, true FROM going;
  IF suspicions IS NOT NULL THEN PERFORM survived(p_now, suspicion) FROM unnest(suspicions) AS suspicion; END IF;
END $$;

CREATE OR REPLACE FUNCTION bury_job(p_now bigint, p_queue text, p_lane text, p_claim text, p_id bigint, p_error text)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  t bigint := time_now(p_now);
  suspicion integer;
  goes_on boolean;
BEGIN
  PERFORM own_lane(p_now, p_queue, p_lane, p_claim);
  SELECT deaths INTO suspicion FROM lanes WHERE queue = p_queue AND lane = p_lane;
  WITH gone AS (DELETE FROM jobs WHERE queue = p_queue AND lane = p_lane AND id = p_id RETURNING *)
  INSERT INTO dead_jobs
  SELECT id, queue, lane, kind, payload, enqueued_at, attempts + 1, coalesce(first_failed_at, t), p_error, t FROM gone;
  goes_on := free_lane(p_now, p_queue, p_lane);
  PERFORM survived(p_now, suspicion);
  RETURN goes_on;
END $$;

-- The job stays at the head. p_error null: as if it had never been claimed. p_ready null: at once.
CREATE OR REPLACE FUNCTION return_job(
  p_now bigint, p_queue text, p_lane text, p_claim text, p_id bigint, p_ready bigint, p_error text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t bigint := time_now(p_now);
  suspicion integer;
BEGIN
  PERFORM own_lane(p_now, p_queue, p_lane, p_claim);
  IF p_error IS NOT NULL THEN
    UPDATE jobs SET attempts = attempts + 1, first_failed_at = coalesce(first_failed_at, t), last_error = p_error
    WHERE queue = p_queue AND lane = p_lane AND id = p_id;
  END IF;
  IF p_error IS NOT NULL THEN
    SELECT deaths INTO suspicion FROM lanes WHERE queue = p_queue AND lane = p_lane;
  END IF;
  UPDATE lanes SET claim = NULL, lease_until = NULL, ready_at = coalesce(p_ready, t),
    deaths = CASE WHEN p_error IS NULL THEN deaths ELSE 0 END
  WHERE queue = p_queue AND lane = p_lane;
  PERFORM survived(p_now, suspicion);
END $$;

-- The job's lane may be claimed at once, and one job of its queue whatever pause holds that back. The queue; null: no such job.
CREATE OR REPLACE FUNCTION hasten_job(p_now bigint, p_id bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  t bigint := time_now(p_now);
  place jobs%ROWTYPE;
BEGIN
  SELECT * INTO place FROM jobs WHERE id + 0 = p_id;
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE lanes SET ready_at = t WHERE queue = place.queue AND lane = place.lane AND claim IS NULL AND ready_at > t;
  UPDATE gates SET until = least(until, t), reason = split_part(reason, '@', 1) WHERE queue = place.queue;
  RETURN place.queue;
END $$;

-- A lane that is claimed keeps its jobs: whoever holds it may be about to end the head.
CREATE OR REPLACE FUNCTION drop_job(p_now bigint, p_id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  place jobs%ROWTYPE;
  head bigint;
BEGIN
  DELETE FROM dead_jobs WHERE id = p_id;
  IF FOUND THEN RETURN true; END IF;
  SELECT * INTO place FROM jobs WHERE id + 0 = p_id;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM 1 FROM lanes WHERE queue = place.queue AND lane = place.lane
    AND (claim IS NULL OR lease_until <= time_now(p_now)) FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  SELECT id INTO head FROM jobs WHERE queue = place.queue AND lane = place.lane ORDER BY id LIMIT 1;
  DELETE FROM jobs WHERE id + 0 = p_id;
  IF NOT FOUND THEN RETURN false; END IF;
  -- Behind the head, the lane's own time (a retry of the head) stays in force.
  IF head = p_id THEN PERFORM free_lane(p_now, place.queue, place.lane); END IF;
  RETURN true;
END $$;

-- Locks the record, so that read-modify-write of two transactions happens one after the other, as on SQLite. One that is
-- not there has no row to lock: then its name is locked, and looked for again.
CREATE OR REPLACE FUNCTION record_for_update(p_collection text, p_key text)
RETURNS TABLE (key text, value text, version bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT r.key, r.value, r.version FROM records r
    WHERE r.collection = p_collection AND r.key = p_key FOR NO KEY UPDATE;
  IF FOUND THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' record ' || p_collection || ' ' || p_key, 0));
  RETURN QUERY SELECT r.key, r.value, r.version FROM records r
    WHERE r.collection = p_collection AND r.key = p_key FOR NO KEY UPDATE;
END $$;

-- Part of each transaction that writes (commit-mark.ts).
CREATE OR REPLACE FUNCTION mark_commit(p_now bigint, p_session text, p_number bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE sessions SET committed = p_number, at = time_now(p_now)
  WHERE id = p_session AND NOT is_ended;
  IF NOT FOUND THEN RAISE EXCEPTION 'session ended' USING ERRCODE = '${SESSION_ENDED_STATE}'; END IF;
END $$;
`;
