/** A rule of storage, and the question for what breaks it. */
export interface Rule {
  readonly problem: string;
  /** Answers one number; 0: the rule is kept. */
  readonly sql: string;
}

export const POSTGRES_RULES: readonly Rule[] = [
  {
    problem: 'jobs without a lane: nobody will ever work on them',
    sql: `SELECT count(*) AS n FROM jobs WHERE NOT EXISTS (
            SELECT 1 FROM lanes WHERE lanes.queue = jobs.queue AND lanes.lane = jobs.lane)`,
  },
  {
    problem: 'lanes without a job: each is claimed for nothing again and again',
    sql: `SELECT count(*) AS n FROM lanes WHERE NOT EXISTS (
            SELECT 1 FROM jobs WHERE jobs.queue = lanes.queue AND jobs.lane = lanes.lane)`,
  },
  {
    problem: 'lanes whose claim and lease contradict each other',
    sql: `SELECT count(*) AS n FROM lanes WHERE (claim IS NULL) <> (lease_until IS NULL)`,
  },
  {
    problem: 'entries of streams behind their newest number: the next ones would collide',
    sql: `SELECT count(*) AS n FROM stream_entries AS e LEFT JOIN streams AS s USING (stream) WHERE s.seq IS NULL OR e.seq > s.seq`,
  },
  {
    problem: 'jobs that are both waiting and dead',
    sql: 'SELECT count(*) AS n FROM jobs JOIN dead_jobs USING (id)',
  },
  {
    problem: 'the number of the next job was given before: lanes would lose their order',
    sql: `SELECT count(*) AS n FROM (SELECT max(id) AS newest FROM jobs) AS j
          WHERE newest > (SELECT last_value FROM pg_sequences WHERE schemaname = current_schema() AND sequencename = 'jobs_id_seq')`,
  },
];

export const SQLITE_RULES: readonly Rule[] = [
  {
    problem: 'jobs without a lane: nobody will ever work on them',
    sql: 'SELECT count(*) FROM job WHERE NOT EXISTS (SELECT 1 FROM lane WHERE lane.id = job.lane_id)',
  },
  {
    problem: 'lanes whose head is not their oldest job',
    sql: 'SELECT count(*) FROM lane WHERE head_id IS NOT (SELECT min(id) FROM job WHERE job.lane_id = lane.id)',
  },
  {
    problem: 'entries of streams behind their newest number: the next ones would collide',
    sql: `SELECT count(*) FROM stream_entry AS e LEFT JOIN stream AS s ON s.name = e.stream
          WHERE s.last_seq IS NULL OR e.seq > s.last_seq`,
  },
  { problem: 'jobs that are both waiting and dead', sql: 'SELECT count(*) FROM job JOIN dead USING (id)' },
  {
    problem: 'the number of the next job was given before: lanes would lose their order',
    sql: `SELECT count(*) FROM (SELECT max(id) AS newest FROM job)
          WHERE newest > (SELECT value FROM counter WHERE name = 'job')`,
  },
  {
    problem: 'queues whose counts are not those of their jobs',
    sql: `SELECT count(*) FROM queue_count AS q WHERE q.jobs <>
            (SELECT count(*) FROM job JOIN lane ON lane.id = job.lane_id WHERE lane.queue = q.queue)
            OR q.lanes <> (SELECT count(*) FROM lane WHERE lane.queue = q.queue)
            OR q.dead <> (SELECT count(*) FROM dead WHERE dead.queue = q.queue)
            OR q.timers <> (SELECT count(*) FROM timer WHERE timer.queue = q.queue)`,
  },
];
