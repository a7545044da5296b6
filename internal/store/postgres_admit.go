package store

import (
	"context"

	"github.com/anteroom/anteroom/internal/meeting"
)

// admitParticipants admits any number of participants in running sessions, each in
// another session, in one statement: it counts those in for which the session is
// still as the gate saw it and has room, writes their participants, and returns
// their sessions with the ordinal of the place. Who is not answered came too late.
// Each argument is one column of all places.
var admitParticipants = defineEach("", `WITH asked AS (
		SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
			?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[], ?::bigint[],
			?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bool[], ?::bool[], ?::bool[], ?::bool[], ?::bool[], ?::bool[],
			?::bool[], ?::bool[])
		WITH ORDINALITY AS a(participant_id, in_session, in_meeting, guid, name, email, role, state, claims, identity, account_user_id,
			view, sdk_version, join_id, request_key, authorizer_id, flags, signature_digest, gate_seen, capacity, generation,
			joined_at, lease_until, is_host, guest, multiple_devices, muted, audio_on, video_on, sharing, hand_raised, place)
	), placed AS (
		UPDATE sessions SET participants = participants + 1, next_user_id = next_user_id + 1024, revision = revision + 1,
			host_started = (host_started OR asked.is_host), empty_since = 0
		FROM asked
		WHERE sessions.id = asked.in_session AND meeting_id = asked.in_meeting AND ended_at = 0
			AND gate_revision = asked.gate_seen AND participants < asked.capacity
			AND NOT (asked.identity <> '' AND NOT asked.multiple_devices AND EXISTS (
				SELECT FROM participants AS inside WHERE inside.session_id = asked.in_session AND inside.identity = asked.identity
					AND inside.live AND inside.identity <> '' AND NOT inside.multiple_devices))
			AND (asked.authorizer_id = '' OR EXISTS (
				SELECT FROM participants AS inside WHERE inside.session_id = asked.in_session
					AND inside.account_user_id = asked.authorizer_id AND inside.live AND inside.account_user_id <> ''
					AND inside.state <> 'waiting'))
		RETURNING sessions.*, asked.*
	), inserted AS (
		INSERT INTO participants (id, session_id, meeting_id, user_id, guid, name, email, role, state, live, claims, identity,
			account_user_id, guest, multiple_devices, signature_digest, generation, view, sdk_version, muted, audio_on, video_on,
			sharing, hand_raised, joined_at, lease_until, left_at, join_id, request_key, authorizer_id, flags)
		SELECT participant_id, in_session, in_meeting, next_user_id - 1024, guid, name, email, role, state, TRUE, claims, identity,
			account_user_id, guest, multiple_devices, signature_digest, generation, view, sdk_version, muted, audio_on, video_on,
			sharing, hand_raised, joined_at, lease_until, 0, join_id, request_key, authorizer_id, flags
		FROM placed
	)
	SELECT place, `+sessionColumns+` FROM placed`)

// admitBatch takes places in one transaction; either all that can be had or, with an
// error, none.
func (e *postgresEngine) admitBatch(ctx context.Context, placements []*participantRequest) error {
	return retried(func() error {
		for _, p := range placements {
			p.session = nil
		}
		_, err := list(e.reader(ctx), func(row scanner) (struct{}, error) {
			var at int64
			session, err := scanSession(prefixedScanner{row, &at})
			if err == nil {
				placements[at-1].setSession(session)
			}
			return struct{}{}, err
		}, admitParticipants, columnsOf(placements)...)
		return err
	})
}

// prefixedScanner is a row whose first column is read beside the others.
type prefixedScanner struct {
	scanner
	first any
}

func (b prefixedScanner) Scan(into ...any) error {
	return b.scanner.Scan(append([]any{b.first}, into...)...)
}

// columnsOf are the arguments of admitParticipants.
func columnsOf(placements []*participantRequest) []any {
	texts := func(of func(*participantRequest) string) []string { return column(placements, of) }
	numbers := func(of func(*participantRequest) int64) []int64 { return column(placements, of) }
	claims := func(of func(*participantRequest) bool) []bool { return column(placements, of) }
	return []any{
		texts(func(p *participantRequest) string { return p.participant.ID }),
		texts(func(p *participantRequest) string { return p.req.SessionID }),
		texts(func(p *participantRequest) string { return p.req.Meeting.ID }),
		texts(func(p *participantRequest) string { return p.participant.GUID }),
		texts(func(p *participantRequest) string { return p.participant.Name }),
		texts(func(p *participantRequest) string { return p.participant.Email }),
		texts(func(p *participantRequest) string { return string(p.participant.Role) }),
		texts(func(p *participantRequest) string { return string(p.participant.State) }),
		texts(func(p *participantRequest) string { return p.claims }),
		texts(func(p *participantRequest) string { return p.participant.Claims.Identity() }),
		texts(func(p *participantRequest) string { return p.participant.Claims.UserID }),
		texts(func(p *participantRequest) string { return p.participant.View }),
		texts(func(p *participantRequest) string { return p.participant.SDKVersion }),
		texts(func(p *participantRequest) string { return p.participant.JoinID }),
		texts(func(p *participantRequest) string { return p.participant.RequestKey }),
		texts(func(p *participantRequest) string { return p.participant.Claims.AuthorizerID }),
		texts(func(p *participantRequest) string { return p.flags }),
		column(placements, func(p *participantRequest) []byte { return p.participant.SignatureDigest }),
		numbers(func(p *participantRequest) int64 { return p.req.GateRevision }),
		numbers(func(p *participantRequest) int64 { return p.capacity() }),
		numbers(func(p *participantRequest) int64 { return int64(p.participant.Generation) }),
		numbers(func(p *participantRequest) int64 { return toMicros(p.participant.JoinedAt) }),
		numbers(func(p *participantRequest) int64 { return toMicros(p.participant.LeaseUntil) }),
		claims(func(p *participantRequest) bool { return p.participant.Role == meeting.RoleHost }),
		claims(func(p *participantRequest) bool { return p.participant.Guest }),
		claims(func(p *participantRequest) bool { return p.participant.AllowMultipleDevices }),
		claims(func(p *participantRequest) bool { return p.participant.Muted }),
		claims(func(p *participantRequest) bool { return p.participant.AudioOn }),
		claims(func(p *participantRequest) bool { return p.participant.VideoOn }),
		claims(func(p *participantRequest) bool { return p.participant.Sharing }),
		claims(func(p *participantRequest) bool { return p.participant.HandRaised }),
	}
}

func column[T, V any](rows []T, of func(T) V) []V {
	out := make([]V, len(rows))
	for i, row := range rows {
		out[i] = of(row)
	}
	return out
}
