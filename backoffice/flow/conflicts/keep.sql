-- Finds who has the same room or door at the same time, and keeps the table of conflicts true.
--
-- Rows are put in order of time per room, a whole under each of its parts as well (and per door): only one
-- that begins before everything before it has ended can overlap anything, and only for those few the indexes
-- of ranges are asked for partners.
-- OFFSET 0 keeps the planner from turning these lookups into a join of all with all of a room.
-- Ranges are half open: what touches does not overlap.

WITH RECURSIVE
within (part, whole) AS (  -- a room, and all that it is a part of, itself included
    SELECT id, id FROM backoffice_room
    UNION
    SELECT within.part, room.part_of_id
    FROM within JOIN backoffice_room room ON room.id = within.whole
    WHERE room.part_of_id IS NOT NULL
),
takes (mine, theirs, narrow) AS (  -- things sold whose rooms take each other; two parts of a whole do not
    SELECT mine.id, theirs.id, within.part
    FROM within
    JOIN backoffice_resource mine ON mine.room_id = within.part
    JOIN backoffice_resource theirs ON theirs.room_id = within.whole
    UNION
    SELECT mine.id, theirs.id, within.part
    FROM within
    JOIN backoffice_resource mine ON mine.room_id = within.whole
    JOIN backoffice_resource theirs ON theirs.room_id = within.part
),
coming AS MATERIALIZED (
    SELECT id FROM backoffice_occurrence
    WHERE ends_at > %(now)s - interval '14 days'  -- the first day of a long one names its conflict
    UNION
    SELECT occurrence_id FROM backoffice_accessgrant
    WHERE state IN ('granted', 'held') AND ends_at > %(now)s
),
live AS MATERIALIZED (
    SELECT o.id, o.starts_at, o.ends_at, o.resource_id, resource.room_id,
           booking.id AS booking_id, booking.account_id, booking.ref, booking.external_ref, booking.status
    FROM coming
    JOIN backoffice_occurrence o ON o.id = coming.id
    JOIN backoffice_booking booking ON booking.id = o.booking_id
    JOIN backoffice_resource resource ON resource.id = o.resource_id
    WHERE o.gone_at IS NULL AND booking.gone_at IS NULL AND resource.room_id IS NOT NULL
      AND booking.status = ANY(%(live)s) AND booking.echo_of_id IS NULL
      -- our own block, read back before the mirror has learnt that it is one
      AND NOT EXISTS (SELECT FROM backoffice_block block
                      WHERE block.account_id = booking.account_id AND block.ref = booking.ref)
      AND NOT EXISTS (SELECT FROM backoffice_block block WHERE block.key = nullif(booking.external_ref, ''))
),

later AS (
    SELECT DISTINCT ON (id) * FROM (
        SELECT live.*, max(ends_at) OVER (PARTITION BY within.part ORDER BY starts_at, id
                                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
        FROM live JOIN within ON within.whole = live.room_id
    ) ordered
    WHERE starts_at < taken_until
),
room_overlaps AS (
    SELECT least(one.id, other.id) AS first_id, greatest(one.id, other.id) AS second_id,
           least(one.booking_id, other.booking_id) AS low_booking,
           greatest(one.booking_id, other.booking_id) AS high_booking, takes.narrow AS room_id,
           greatest(one.starts_at, other.starts_at) AS starts_at, least(one.ends_at, other.ends_at) AS ends_at
    FROM later one
    JOIN takes ON takes.mine = one.resource_id
    CROSS JOIN LATERAL (
        SELECT near.id FROM backoffice_occurrence near
        WHERE near.gone_at IS NULL AND near.resource_id = takes.theirs
          AND tstzrange(near.starts_at, near.ends_at) && tstzrange(one.starts_at, one.ends_at)
        OFFSET 0
    ) near
    JOIN live other ON other.id = near.id
    WHERE (other.starts_at, other.id) < (one.starts_at, one.id)
      AND NOT (one.status = %(block)s AND other.status = %(block)s)
      AND other.booking_id <> one.booking_id
      AND NOT (one.external_ref <> '' AND one.external_ref = other.external_ref)
      AND NOT (one.account_id <> other.account_id
               AND (one.external_ref = other.ref OR other.external_ref = one.ref))
),
room_pairs AS MATERIALIZED (  -- a booking told in days or hours that touch, or in several rooms, is one thing
    SELECT (array_agg(first_id ORDER BY starts_at, first_id, second_id))[1] AS first_id,
           (array_agg(second_id ORDER BY starts_at, first_id, second_id))[1] AS second_id,
           (array_agg(room_id ORDER BY starts_at, first_id, second_id))[1] AS room_id,
           low_booking, high_booking, min(starts_at) AS starts_at, max(ends_at) AS ends_at
    FROM (
        SELECT marked.*, sum(begins) OVER (PARTITION BY low_booking, high_booking
                                           ORDER BY starts_at, first_id, second_id) AS stretch
        FROM (
            SELECT room_overlaps.*,
                   CASE WHEN starts_at <= max(ends_at) OVER (
                            PARTITION BY low_booking, high_booking ORDER BY starts_at, first_id, second_id
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                        THEN 0 ELSE 1 END AS begins
            FROM room_overlaps
        ) marked
    ) stretched
    GROUP BY low_booking, high_booking, stretch
    HAVING max(ends_at) > %(now)s
),

windows AS MATERIALIZED (
    SELECT g.id, g.door_id, g.starts_at, g.ends_at, live.id AS occurrence_id, live.resource_id, live.room_id,
           live.booking_id, live.account_id, live.ref, live.external_ref
    FROM backoffice_accessgrant g JOIN live ON live.id = g.occurrence_id
    WHERE g.state IN ('granted', 'held') AND g.ends_at > %(now)s
),
later_windows AS (
    SELECT DISTINCT ON (id) * FROM (
        SELECT windows.*, max(ends_at) OVER (PARTITION BY door_id, within.part ORDER BY starts_at, id
                                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
        FROM windows JOIN within ON within.whole = windows.room_id
    ) ordered
    WHERE starts_at < taken_until
),
door_pairs AS (
    SELECT CASE WHEN one.occurrence_id < other.occurrence_id THEN one.id ELSE other.id END AS first_grant_id,
           CASE WHEN one.occurrence_id < other.occurrence_id THEN other.id ELSE one.id END AS second_grant_id,
           least(one.occurrence_id, other.occurrence_id) AS first_id,
           greatest(one.occurrence_id, other.occurrence_id) AS second_id,
           least(one.booking_id, other.booking_id) AS low_booking,
           greatest(one.booking_id, other.booking_id) AS high_booking, one.door_id,
           greatest(one.starts_at, other.starts_at) AS starts_at, least(one.ends_at, other.ends_at) AS ends_at
    FROM later_windows one
    CROSS JOIN LATERAL (
        SELECT near.id FROM backoffice_accessgrant near
        WHERE near.state IN ('granted', 'held') AND near.door_id = one.door_id
          AND tstzrange(near.starts_at, near.ends_at) && tstzrange(one.starts_at, one.ends_at)
        OFFSET 0
    ) near
    JOIN windows other ON other.id = near.id
    JOIN takes ON takes.mine = one.resource_id AND takes.theirs = other.resource_id
    WHERE (other.starts_at, other.id) < (one.starts_at, one.id)
      AND other.booking_id <> one.booking_id
      AND NOT (one.external_ref <> '' AND one.external_ref = other.external_ref)
      AND NOT (one.account_id <> other.account_id
               AND (one.external_ref = other.ref OR other.external_ref = one.ref))
),

found AS MATERIALIZED (
    SELECT 'room' AS kind, first_id, second_id, room_id, NULL::bigint AS door_id,
           NULL::bigint AS first_grant_id, NULL::bigint AS second_grant_id, starts_at, ends_at
    FROM room_pairs
    UNION ALL
    SELECT 'door', first_id, second_id, NULL, door_id, first_grant_id, second_grant_id, starts_at, ends_at
    FROM door_pairs
    WHERE NOT EXISTS (  -- where the bookings overlap, their doors belong to the room's conflict
        SELECT FROM room_pairs
        WHERE room_pairs.low_booking = door_pairs.low_booking
          AND room_pairs.high_booking = door_pairs.high_booking
          AND tstzrange(room_pairs.starts_at, room_pairs.ends_at)
              && tstzrange(door_pairs.starts_at, door_pairs.ends_at)
    )
),

opened AS (
    INSERT INTO backoffice_conflict (kind, first_id, second_id, room_id, door_id, first_grant_id,
        second_grant_id, starts_at, ends_at, state, text, opened_at, accepted_reason)
    SELECT found.*, %(open)s, '', %(now)s, ''
    FROM found
    WHERE NOT EXISTS (
        SELECT FROM backoffice_conflict c
        WHERE c.closed_at IS NULL AND c.kind = found.kind AND c.first_id = found.first_id
          AND c.second_id = found.second_id AND c.door_id IS NOT DISTINCT FROM found.door_id
    )
    ON CONFLICT DO NOTHING
    RETURNING id
),
changed AS (  -- another time is another question: what was accepted is open again
    UPDATE backoffice_conflict c
    SET room_id = found.room_id, first_grant_id = found.first_grant_id,
        second_grant_id = found.second_grant_id, starts_at = found.starts_at, ends_at = found.ends_at,
        state = CASE WHEN c.state = ANY(%(may_open)s) THEN %(open)s ELSE c.state END
    FROM found
    WHERE c.closed_at IS NULL AND c.kind = found.kind AND c.first_id = found.first_id
      AND c.second_id = found.second_id AND c.door_id IS NOT DISTINCT FROM found.door_id
      AND (
        (c.room_id, c.first_grant_id, c.second_grant_id, c.starts_at, c.ends_at) IS DISTINCT FROM
        (found.room_id, found.first_grant_id, found.second_grant_id, found.starts_at, found.ends_at)
        OR c.state = ANY(%(may_open)s) AND EXISTS (  -- the word that settled it no longer holds
            SELECT FROM backoffice_override word
            WHERE word.conflict_id = c.id AND least(word.lifted_at, word.ends_at) >= c.accepted_at
              AND least(word.lifted_at, word.ends_at) <= %(now)s
        )
      )
    RETURNING c.id
),
closed AS (
    UPDATE backoffice_conflict c
    SET state = %(closed)s, closed_at = %(now)s
    WHERE c.closed_at IS NULL AND c.state = ANY(%(may_close)s)
      AND NOT EXISTS (
        SELECT FROM found
        WHERE c.kind = found.kind AND c.first_id = found.first_id
          AND c.second_id = found.second_id AND c.door_id IS NOT DISTINCT FROM found.door_id
      )
    RETURNING c.id
)
SELECT (SELECT count(*) FROM opened), (SELECT count(*) FROM changed), (SELECT count(*) FROM closed)
