package store

import (
	"encoding/json"
	"fmt"

	"github.com/anteroom/anteroom/internal/meeting"
)

// Rows are read into the driver's own types first: database/sql takes a slow
// road, by way of text, to every other type.

const sessionColumns = `id, meeting_id, number, started_at, host_started, locked, practice, webinar, ended_at, end_reason,
	revision, gate_revision, seats, lost, next_user_id, removals, on_hold, held_to, ends_by, conduct`

func scanSession(row scanner) (*meeting.Session, error) {
	var (
		s               meeting.Session
		started, ended  int64
		ends            int64
		seats, removals int64
		lost, onHold    int64
		reason          string
		conduct         []byte
	)
	err := row.Scan(&s.ID, &s.MeetingID, &s.Number, &started, &s.HostStarted, &s.Locked, &s.Practice, &s.Webinar, &ended, &reason,
		&s.Revision, &s.GateRevision, &seats, &lost, &s.NextUserID, &removals, &onHold, &s.HeldTo, &ends, &conduct)
	if err != nil {
		return nil, err
	}
	s.StartedAt, s.EndedAt, s.EndReason = unstamp(started), unstamp(ended), meeting.EndReason(reason)
	s.EndsBy = unstamp(ends)
	if string(conduct) != plain {
		if err := json.Unmarshal(conduct, &s.Conduct); err != nil {
			return nil, fmt.Errorf("conduct: %w", err)
		}
	}
	s.Seats, s.Lost, s.Removals, s.OnHold = int(seats), int(lost), int(removals), int(onHold)
	return &s, nil
}

const seatColumns = `id, session_id, meeting_id, user_id, guid, name, email, role, state, marks, guest, several_devices,
	signature_digest, generation, view, sdk_version, muted, audio_on, video_on, sharing, hand_raised, joined_at, lease_until,
	left_at, lost_at, goodbye, join_id, request_key, on_hold, held_to, extras`

func scanSeat(row scanner) (*meeting.Seat, error) {
	var (
		s                   meeting.Seat
		marks               []byte
		joined, lease, left int64
		lost                int64
		generation          int64
		role, state         string
		extras              []byte
	)
	err := row.Scan(&s.ID, &s.SessionID, &s.MeetingID, &s.UserID, &s.GUID, &s.Name, &s.Email, &role, &state, &marks,
		&s.Guest, &s.SeveralDevices, &s.SignatureDigest, &generation, &s.View, &s.SDKVersion, &s.Muted, &s.AudioOn, &s.VideoOn,
		&s.Sharing, &s.HandRaised, &joined, &lease, &left, &lost, &s.Goodbye, &s.JoinID, &s.RequestKey, &s.OnHold, &s.HeldTo, &extras)
	if err != nil {
		return nil, err
	}
	if s.Marks, err = readMarks(marks); err != nil {
		return nil, err
	}
	if string(extras) != plain {
		if err := json.Unmarshal(extras, &s.Extras); err != nil {
			return nil, fmt.Errorf("extras: %w", err)
		}
	}
	s.Role, s.State, s.Generation = meeting.Role(role), meeting.SeatState(state), int(generation)
	s.JoinedAt, s.LeaseUntil, s.LeftAt = unstamp(joined), unstamp(lease), unstamp(left)
	s.LostAt = unstamp(lost)
	return &s, nil
}

// plain is how a value without content is kept; most marks, extras and conducts are.
const plain = "{}"

func writeMarks(m *meeting.Marks) (string, error) {
	if *m == (meeting.Marks{}) {
		return plain, nil
	}
	raw, err := json.Marshal(m)
	return string(raw), err
}

func readMarks(raw []byte) (meeting.Marks, error) {
	var m meeting.Marks
	if string(raw) == plain {
		return m, nil
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("marks: %w", err)
	}
	return m, nil
}

func writeExtras(e *meeting.Extras) (string, error) {
	if *e == (meeting.Extras{}) {
		return plain, nil
	}
	raw, err := json.Marshal(e)
	return string(raw), err
}

func writeConduct(c *meeting.Conduct) (string, error) {
	if c.Plain() {
		return plain, nil
	}
	raw, err := json.Marshal(c)
	return string(raw), err
}
