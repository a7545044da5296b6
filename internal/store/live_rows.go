package store

import (
	"encoding/json"
	"fmt"

	"github.com/anteroom/anteroom/internal/meeting"
)

// Rows are read into the driver's own types first: database/sql takes a slow
// road, by way of text, to every other type.

const sessionColumns = `id, meeting_id, number, started_at, host_started, locked, practice, ended_at, end_reason,
	revision, gate_revision, seats, next_user_id, removals, ends_by`

func scanSession(row scanner) (*meeting.Session, error) {
	var (
		s               meeting.Session
		started, ended  int64
		ends            int64
		seats, removals int64
		reason          string
	)
	err := row.Scan(&s.ID, &s.MeetingID, &s.Number, &started, &s.HostStarted, &s.Locked, &s.Practice, &ended, &reason,
		&s.Revision, &s.GateRevision, &seats, &s.NextUserID, &removals, &ends)
	if err != nil {
		return nil, err
	}
	s.StartedAt, s.EndedAt, s.EndReason = unstamp(started), unstamp(ended), meeting.EndReason(reason)
	s.EndsBy = unstamp(ends)
	s.Seats, s.Removals = int(seats), int(removals)
	return &s, nil
}

const seatColumns = `id, session_id, meeting_id, user_id, guid, name, email, role, state, marks, guest, several_devices,
	resume_hash, generation, view, sdk_version, muted, audio_on, video_on, sharing, hand_raised, joined_at, lease_until,
	left_at, join_id, request_key`

func scanSeat(row scanner) (*meeting.Seat, error) {
	var (
		s                   meeting.Seat
		marks               []byte
		joined, lease, left int64
		generation          int64
		role, state         string
	)
	err := row.Scan(&s.ID, &s.SessionID, &s.MeetingID, &s.UserID, &s.GUID, &s.Name, &s.Email, &role, &state, &marks,
		&s.Guest, &s.SeveralDevices, &s.ResumeHash, &generation, &s.View, &s.SDKVersion, &s.Muted, &s.AudioOn, &s.VideoOn,
		&s.Sharing, &s.HandRaised, &joined, &lease, &left, &s.JoinID, &s.RequestKey)
	if err != nil {
		return nil, err
	}
	if s.Marks, err = readMarks(marks); err != nil {
		return nil, err
	}
	s.Role, s.State, s.Generation = meeting.Role(role), meeting.SeatState(state), int(generation)
	s.JoinedAt, s.LeaseUntil, s.LeftAt = unstamp(joined), unstamp(lease), unstamp(left)
	return &s, nil
}

// noMarks is how the marks of an anonymous seat are kept; most seats have none.
const noMarks = "{}"

func writeMarks(m *meeting.Marks) (string, error) {
	if *m == (meeting.Marks{}) {
		return noMarks, nil
	}
	raw, err := json.Marshal(m)
	return string(raw), err
}

func readMarks(raw []byte) (meeting.Marks, error) {
	var m meeting.Marks
	if string(raw) == noMarks {
		return m, nil
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("marks: %w", err)
	}
	return m, nil
}
