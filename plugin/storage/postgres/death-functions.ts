import { CLEARED_WAIT_MS, MOST_DEATHS, quietSql, TRIED_IN_QUIET_SQL } from '../suspects.ts';
import { CLOCK_STEP_MS } from '../system-clock.ts';

/**
 * What is made of the death of a node (docs/decisions/0013-who-ended-the-process.md), the same as on SQLite (`try-marks.ts`, `survived`
 * in `lane-rules.ts`). Part of `functions.ts`. `nodes.clears`: null, the node is at work, or its end has not been noticed; true, no
 * suspect was under way at its end; false, everything else.
 *
 * Lanes that somebody has locked are passed over: a suspicion more or less is not worth waiting for, with other lanes locked.
 */
export const DEATH_FUNCTIONS = `
-- Who was tried in quiet only is as good as a suspect of one death again.
CREATE OR REPLACE FUNCTION clear_suspects(p_now bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE lanes SET deaths = 1, ready_at = least(lanes.ready_at, p_now + ${CLEARED_WAIT_MS})
  FROM (SELECT queue, lane FROM lanes WHERE ${TRIED_IN_QUIET_SQL} AND claim IS NULL FOR UPDATE SKIP LOCKED) AS suspect
  WHERE lanes.queue = suspect.queue AND lanes.lane = suspect.lane
$$;

-- Something else has ended a process, if it died with no suspect under way and all that was under way has ended in order.
CREATE OR REPLACE FUNCTION clear_when_explained(p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM nodes WHERE clears)
    OR EXISTS (SELECT 1 FROM lanes WHERE deaths > 0 AND deaths = 1)
    OR EXISTS (
      SELECT 1 FROM lanes WHERE claim IS NOT NULL AND split_part(claim, '/', 1) IN (SELECT id FROM nodes WHERE clears IS NOT NULL)
    )
  THEN RETURN; END IF;
  UPDATE nodes SET clears = false WHERE clears;
  PERFORM clear_suspects(p_now);
END $$;

-- A try of a job that had so many deaths ended in order. Part of the end, after the lane has been changed.
CREATE OR REPLACE FUNCTION survived(p_now bigint, p_deaths integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_deaths = 1 THEN PERFORM clear_when_explained(time_now(p_now)); END IF;
  IF p_deaths > 1 AND p_deaths < ${MOST_DEATHS} THEN PERFORM clear_suspects(time_now(p_now)); END IF;
END $$;

-- Notices nodes that are gone, each once: the quiet begins anew for who is tried in quiet only.
CREATE OR REPLACE FUNCTION note_deaths(p_now bigint, p_gone bigint, p_node text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  gone text[];
BEGIN
  WITH noted AS (
    UPDATE nodes SET clears = NOT EXISTS (
      SELECT 1 FROM lanes WHERE lanes.deaths > 0 AND claim IS NOT NULL AND split_part(claim, '/', 1) = nodes.id
    ) WHERE clears IS NULL AND seen_at < p_now - p_gone AND id <> p_node RETURNING id, clears
  )
  SELECT array_agg(id) INTO gone FROM noted;
  IF gone IS NULL THEN RETURN; END IF;
  -- A death with a suspect under way may be its doing, and what earlier ones seemed to show with it.
  IF EXISTS (SELECT 1 FROM nodes WHERE id = ANY (gone) AND NOT clears) THEN
    UPDATE nodes SET clears = false WHERE clears;
  END IF;
  UPDATE lanes SET ready_at = greatest(lanes.ready_at, p_now + ${quietSql('lanes.deaths')})
  FROM (SELECT queue, lane FROM lanes WHERE ${TRIED_IN_QUIET_SQL} AND claim IS NULL FOR UPDATE SKIP LOCKED) AS suspect
  WHERE lanes.queue = suspect.queue AND lanes.lane = suspect.lane;
  PERFORM clear_when_explained(p_now);
END $$;

-- Frees the lanes of nodes that are gone and counts a try, and a death, for the heads that they were trying: all of them
-- (p_queue null), or those of a queue whose leases have run out. Nodes that ended in order have no row any more.
CREATE OR REPLACE FUNCTION take_over(p_now bigint, p_gone bigint, p_node text, p_queue text)
RETURNS TABLE (queue text, lane text, id bigint, kind text, deaths integer) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  t bigint := time_now(p_now);
BEGIN
  -- Seen in a time that was taken back: from now on it has as long as any other to show that it is there.
  UPDATE nodes SET seen_at = t WHERE seen_at > t + ${CLOCK_STEP_MS};
  PERFORM note_deaths(t, p_gone, p_node);
  RETURN QUERY
  WITH held AS (
    SELECT queue, lane, deaths + 1 AS deaths FROM lanes
    WHERE claim IS NOT NULL AND (p_queue IS NULL OR (queue = p_queue AND lease_until <= t))
      AND split_part(claim, '/', 1) IN (SELECT nodes.id FROM nodes WHERE seen_at < t - p_gone AND nodes.id <> p_node)
    ORDER BY queue, lane FOR UPDATE
  ), freed AS (
    UPDATE lanes SET claim = NULL, lease_until = NULL, deaths = held.deaths, ready_at = t + ${quietSql('held.deaths')}
    FROM held WHERE lanes.queue = held.queue AND lanes.lane = held.lane
    RETURNING lanes.queue, lanes.lane, lanes.deaths
  )
  UPDATE jobs SET attempts = attempts + 1, first_failed_at = coalesce(first_failed_at, t),
    last_error = 'job_deadly: the process ended while it tried this job (' || freed.deaths || ')'
  FROM freed
  WHERE jobs.queue = freed.queue AND jobs.lane = freed.lane AND jobs.id = (
    SELECT head.id FROM jobs AS head WHERE head.queue = freed.queue AND head.lane = freed.lane ORDER BY head.id LIMIT 1
  )
  RETURNING freed.queue, freed.lane, jobs.id, jobs.kind, freed.deaths;
END $$;
`;
