package store

import (
	"context"

	"github.com/anteroom/anteroom/internal/meeting"
)

// takePlaces takes any number of seats in running sessions, each in another
// session, in one statement: it counts those in for which the session is still
// as the gate saw it and has room, writes their seats, and answers their
// sessions with the ordinal of the place. Who is not answered came too late.
// Each argument is one column of all places.
var takePlaces = defineEach("", `WITH asked AS (
		SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
			?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[], ?::bigint[],
			?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bool[], ?::bool[], ?::bool[], ?::bool[], ?::bool[], ?::bool[],
			?::bool[], ?::bool[])
		WITH ORDINALITY AS a(seat_id, in_session, in_meeting, guid, name, email, role, state, marks, identity, account_user_id,
			view, sdk_version, join_id, request_key, authorizer_id, extras, signature_digest, gate_seen, capacity, generation,
			joined_at, lease_until, is_host, guest, several_devices, muted, audio_on, video_on, sharing, hand_raised, place)
	), placed AS (
		UPDATE sessions SET seats = seats + 1, next_user_id = next_user_id + 1024, revision = revision + 1,
			host_started = (host_started OR asked.is_host), empty_since = 0
		FROM asked
		WHERE sessions.id = asked.in_session AND meeting_id = asked.in_meeting AND ended_at = 0
			AND gate_revision = asked.gate_seen AND seats < asked.capacity
			AND NOT (asked.identity <> '' AND NOT asked.several_devices AND EXISTS (
				SELECT FROM seats AS inside WHERE inside.session_id = asked.in_session AND inside.identity = asked.identity
					AND inside.live AND inside.identity <> '' AND NOT inside.several_devices))
			AND (asked.authorizer_id = '' OR EXISTS (
				SELECT FROM seats AS inside WHERE inside.session_id = asked.in_session
					AND inside.account_user_id = asked.authorizer_id AND inside.live AND inside.account_user_id <> ''
					AND inside.state <> 'waiting'))
		RETURNING sessions.*, asked.*
	), seated AS (
		INSERT INTO seats (id, session_id, meeting_id, user_id, guid, name, email, role, state, live, marks, identity,
			account_user_id, guest, several_devices, signature_digest, generation, view, sdk_version, muted, audio_on, video_on,
			sharing, hand_raised, joined_at, lease_until, left_at, join_id, request_key, authorizer_id, extras)
		SELECT seat_id, in_session, in_meeting, next_user_id - 1024, guid, name, email, role, state, TRUE, marks, identity,
			account_user_id, guest, several_devices, signature_digest, generation, view, sdk_version, muted, audio_on, video_on,
			sharing, hand_raised, joined_at, lease_until, 0, join_id, request_key, authorizer_id, extras
		FROM placed
	)
	SELECT place, `+sessionColumns+` FROM placed`)

// take takes places in one transaction; either all that can be had or, with an
// error, none.
func (e *postgresEngine) take(ctx context.Context, places []*seating) error {
	return retried(func() error {
		for _, p := range places {
			p.session = nil
		}
		_, err := list(e.reader(ctx), func(row scanner) (struct{}, error) {
			var at int64
			session, err := scanSession(behind{row, &at})
			if err == nil {
				places[at-1].taken(session)
			}
			return struct{}{}, err
		}, takePlaces, columnsOf(places)...)
		return err
	})
}

// behind is a row whose first column is read beside the others.
type behind struct {
	scanner
	first any
}

func (b behind) Scan(into ...any) error { return b.scanner.Scan(append([]any{b.first}, into...)...) }

// columnsOf are the arguments of takePlaces.
func columnsOf(places []*seating) []any {
	texts := func(of func(*seating) string) []string { return column(places, of) }
	numbers := func(of func(*seating) int64) []int64 { return column(places, of) }
	marks := func(of func(*seating) bool) []bool { return column(places, of) }
	return []any{
		texts(func(p *seating) string { return p.seat.ID }),
		texts(func(p *seating) string { return p.ask.SessionID }),
		texts(func(p *seating) string { return p.ask.Meeting.ID }),
		texts(func(p *seating) string { return p.seat.GUID }),
		texts(func(p *seating) string { return p.seat.Name }),
		texts(func(p *seating) string { return p.seat.Email }),
		texts(func(p *seating) string { return string(p.seat.Role) }),
		texts(func(p *seating) string { return string(p.seat.State) }),
		texts(func(p *seating) string { return p.marks }),
		texts(func(p *seating) string { return p.seat.Marks.Identity() }),
		texts(func(p *seating) string { return p.seat.Marks.UserID }),
		texts(func(p *seating) string { return p.seat.View }),
		texts(func(p *seating) string { return p.seat.SDKVersion }),
		texts(func(p *seating) string { return p.seat.JoinID }),
		texts(func(p *seating) string { return p.seat.RequestKey }),
		texts(func(p *seating) string { return p.seat.Marks.AuthorizerID }),
		texts(func(p *seating) string { return p.extras }),
		column(places, func(p *seating) []byte { return p.seat.SignatureDigest }),
		numbers(func(p *seating) int64 { return p.ask.GateRevision }),
		numbers(func(p *seating) int64 { return p.capacity() }),
		numbers(func(p *seating) int64 { return int64(p.seat.Generation) }),
		numbers(func(p *seating) int64 { return stamp(p.seat.JoinedAt) }),
		numbers(func(p *seating) int64 { return stamp(p.seat.LeaseUntil) }),
		marks(func(p *seating) bool { return p.seat.Role == meeting.RoleHost }),
		marks(func(p *seating) bool { return p.seat.Guest }),
		marks(func(p *seating) bool { return p.seat.SeveralDevices }),
		marks(func(p *seating) bool { return p.seat.Muted }),
		marks(func(p *seating) bool { return p.seat.AudioOn }),
		marks(func(p *seating) bool { return p.seat.VideoOn }),
		marks(func(p *seating) bool { return p.seat.Sharing }),
		marks(func(p *seating) bool { return p.seat.HandRaised }),
	}
}

func column[T, V any](rows []T, of func(T) V) []V {
	out := make([]V, len(rows))
	for i, row := range rows {
		out[i] = of(row)
	}
	return out
}
