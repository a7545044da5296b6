package store

import (
	"encoding/json"
	"fmt"

	"github.com/anteroom/anteroom/internal/meeting"
)

// Rows are read into the driver's own types first: database/sql takes a slow
// road, by way of text, to every other type.

const sessionColumns = `id, meeting_id, number, started_at, host_started, locked, practice, webinar, ended_at, end_reason,
	revision, gate_revision, participants, disconnected, next_user_id, removals, on_hold, held_to, ends_by, policy`

func scanSession(row scanner) (*meeting.Session, error) {
	var (
		s                      meeting.Session
		started, ended         int64
		ends                   int64
		participants, removals int64
		lost, onHold           int64
		reason                 string
		policy                 []byte
	)
	err := row.Scan(&s.ID, &s.MeetingID, &s.Number, &started, &s.HostStarted, &s.Locked, &s.Practice, &s.Webinar, &ended, &reason,
		&s.Revision, &s.GateRevision, &participants, &lost, &s.NextUserID, &removals, &onHold, &s.HeldTo, &ends, &policy)
	if err != nil {
		return nil, err
	}
	s.StartedAt, s.EndedAt, s.EndReason = fromMicros(started), fromMicros(ended), meeting.EndReason(reason)
	s.EndsBy = fromMicros(ends)
	if string(policy) != emptyJSON {
		if err := json.Unmarshal(policy, &s.Policy); err != nil {
			return nil, fmt.Errorf("policy: %w", err)
		}
	}
	s.Participants, s.Disconnected, s.Removals, s.OnHold = int(participants), int(lost), int(removals), int(onHold)
	return &s, nil
}

const participantColumns = `id, session_id, meeting_id, user_id, guid, name, email, role, state, claims, guest, multiple_devices,
	signature_digest, generation, view, sdk_version, muted, audio_on, video_on, sharing, hand_raised, joined_at, lease_until,
	left_at, lost_at, departing, join_id, request_key, on_hold, held_to, flags`

func scanParticipant(row scanner) (*meeting.Participant, error) {
	var (
		s                   meeting.Participant
		claims              []byte
		joined, lease, left int64
		lost                int64
		generation          int64
		role, state         string
		flags               []byte
	)
	err := row.Scan(&s.ID, &s.SessionID, &s.MeetingID, &s.UserID, &s.GUID, &s.Name, &s.Email, &role, &state, &claims,
		&s.Guest, &s.AllowMultipleDevices, &s.SignatureDigest, &generation, &s.View, &s.SDKVersion, &s.Muted, &s.AudioOn, &s.VideoOn,
		&s.Sharing, &s.HandRaised, &joined, &lease, &left, &lost, &s.Departing, &s.JoinID, &s.RequestKey, &s.OnHold, &s.HeldTo, &flags)
	if err != nil {
		return nil, err
	}
	if s.Claims, err = decodeClaims(claims); err != nil {
		return nil, err
	}
	if string(flags) != emptyJSON {
		if err := json.Unmarshal(flags, &s.Flags); err != nil {
			return nil, fmt.Errorf("flags: %w", err)
		}
	}
	s.Role, s.State, s.Generation = meeting.Role(role), meeting.ParticipantState(state), int(generation)
	s.JoinedAt, s.LeaseUntil, s.LeftAt = fromMicros(joined), fromMicros(lease), fromMicros(left)
	s.LostAt = fromMicros(lost)
	return &s, nil
}

// emptyJSON is how a value without content is kept; most marks, extras and conducts are.
const emptyJSON = "{}"

func encodeClaims(m *meeting.IdentityClaims) (string, error) {
	if *m == (meeting.IdentityClaims{}) {
		return emptyJSON, nil
	}
	raw, err := json.Marshal(m)
	return string(raw), err
}

func decodeClaims(raw []byte) (meeting.IdentityClaims, error) {
	var m meeting.IdentityClaims
	if string(raw) == emptyJSON {
		return m, nil
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("claims: %w", err)
	}
	return m, nil
}

func encodeFlags(e *meeting.ParticipantFlags) (string, error) {
	if *e == (meeting.ParticipantFlags{}) {
		return emptyJSON, nil
	}
	raw, err := json.Marshal(e)
	return string(raw), err
}

func encodePolicy(c *meeting.SessionPolicy) (string, error) {
	if c.IsDefault() {
		return emptyJSON, nil
	}
	raw, err := json.Marshal(c)
	return string(raw), err
}
