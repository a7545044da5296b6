package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/uptrace/bun"

	"github.com/anteroom/anteroom/internal/meeting"
)

type meetingRow struct {
	bun.BaseModel `bun:"table:meetings"`

	ID        string `bun:"id,pk"`
	Number    string `bun:"number"`
	AccountID string `bun:"account_id"`
	HostID    string `bun:"host_id"`
	Topic     string `bun:"topic"`
	Kind      string `bun:"kind"`
	// Passcode and PasscodeLink are sealed; the plain columns are from before, empty.
	Passcode          []byte `bun:"passcode_sealed"`
	PasscodeLink      []byte `bun:"passcode_link_sealed"`
	PlainPasscode     string `bun:"passcode"`
	PlainPasscodeLink string `bun:"passcode_link"`
	StartsAt          int64  `bun:"starts_at"`
	Duration          int64  `bun:"duration"`
	Occurrences       string `bun:"occurrences"`
	Settings          string `bun:"settings"`
	AlternativeHosts  string `bun:"alternative_hosts"`
	DeletedAt         int64  `bun:"deleted_at"`
	LastUsedAt        int64  `bun:"last_used_at"`
	CreatedAt         int64  `bun:"created_at"`
}

func (s *Store) rowOfMeeting(m *meeting.Meeting) *meetingRow {
	occurrences := make([]int64, len(m.Occurrences))
	for i, at := range m.Occurrences {
		occurrences[i] = toMicros(at)
	}
	return &meetingRow{
		ID: m.ID, Number: m.Number, AccountID: m.AccountID, HostID: m.HostID, Topic: m.Topic, Kind: string(m.Kind),
		Passcode: s.sealPasscode(m.Passcode, passcodeSpot(m.ID)), PasscodeLink: s.sealPasscode(m.PasscodeLink, passcodeLinkSpot(m.ID)), StartsAt: toMicros(m.StartsAt), Duration: m.Duration.Microseconds(),
		Occurrences: toJSON(occurrences), Settings: toJSON(m.Settings), AlternativeHosts: toJSON(m.AlternativeHosts),
		DeletedAt: toMicros(m.DeletedAt), LastUsedAt: toMicros(m.LastUsedAt), CreatedAt: toMicros(m.CreatedAt),
	}
}

func (s *Store) meetingOf(r *meetingRow) (*meeting.Meeting, error) {
	m := &meeting.Meeting{
		ID: r.ID, Number: r.Number, AccountID: r.AccountID, HostID: r.HostID, Topic: r.Topic, Kind: meeting.Kind(r.Kind),
		StartsAt: fromMicros(r.StartsAt),
		Duration: time.Duration(r.Duration) * time.Microsecond, DeletedAt: fromMicros(r.DeletedAt),
		LastUsedAt: fromMicros(r.LastUsedAt), CreatedAt: fromMicros(r.CreatedAt),
	}
	var err error
	if m.Passcode, err = s.openPasscode(r.Passcode, passcodeSpot(r.ID)); err != nil {
		return nil, fmt.Errorf("the passcode of meeting %s: %w", r.ID, err)
	}
	if m.PasscodeLink, err = s.openPasscode(r.PasscodeLink, passcodeLinkSpot(r.ID)); err != nil {
		return nil, fmt.Errorf("the link form of the passcode of meeting %s: %w", r.ID, err)
	}
	var occurrences []int64
	if err := fromJSON(r.Occurrences, "the occurrences of meeting "+r.ID, &occurrences); err != nil {
		return nil, err
	}
	for _, at := range occurrences {
		m.Occurrences = append(m.Occurrences, fromMicros(at))
	}
	if err := fromJSON(r.Settings, "the settings of meeting "+r.ID, &m.Settings); err != nil {
		return nil, err
	}
	return m, fromJSON(r.AlternativeHosts, "the alternative hosts of meeting "+r.ID, &m.AlternativeHosts)
}

func (s *Store) invalidateMeeting(id, number string) {
	s.meetings.forget(id)
	s.numbers.forget(number)
}

// CreateMeeting stores a new meeting. An empty ID or CreatedAt is filled in.
// ErrExists reports that the id or number is taken, ErrNotFound that there is no
// such account.
func (s *Store) CreateMeeting(ctx context.Context, m *meeting.Meeting) error {
	s.fill(&m.ID, &m.CreatedAt)
	row := s.rowOfMeeting(m)
	err := s.engine.write(ctx, func(r runner) error { return s.insertRow(ctx, r, row) })
	s.invalidateMeeting(m.ID, m.Number)
	return wrapErr(err, "a meeting cannot be made")
}

var moveLiveSession = define(`UPDATE sessions SET host_id = ? WHERE meeting_id = ? AND ended_at = 0 AND host_id <> ?`)

// UpdateMeeting stores a changed meeting; its number stays what it is for ever. A
// new host is the host of its live session too. ErrNotFound if there is none.
func (s *Store) UpdateMeeting(ctx context.Context, m *meeting.Meeting) error {
	row := s.rowOfMeeting(m)
	err := s.engine.write(ctx, func(r runner) error {
		done, err := s.orm.NewUpdate().Conn(r.orm()).Model(row).ExcludeColumn("created_at", "number").WherePK().Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrNotFound)
		}
		_, err = r.exec(moveLiveSession, m.HostID, m.ID, m.HostID)
		return err
	})
	s.meetings.forget(m.ID)
	s.numbers.forgetWhere(func(stored *meeting.Meeting) bool { return stored.ID == m.ID })
	return wrapErr(err, "a meeting cannot be changed")
}

var (
	transferMeetings = define(`UPDATE meetings SET host_id = ? WHERE host_id = ?`)
	transferSessions = define(`UPDATE sessions SET host_id = ? WHERE host_id = ? AND ended_at = 0`)
)

// TransferMeetings makes another user the host of every meeting of a host, of
// those that are live too.
func (s *Store) TransferMeetings(ctx context.Context, from, to string) error {
	err := s.engine.write(ctx, func(r runner) error {
		if _, err := r.exec(transferMeetings, to, from); err != nil {
			return err
		}
		_, err := r.exec(transferSessions, to, from)
		return err
	})
	hosted := func(m *meeting.Meeting) bool { return m.HostID == from }
	s.meetings.forgetWhere(hosted)
	s.numbers.forgetWhere(hosted)
	return wrapErr(err, "meetings cannot be given to another host")
}

// Meeting returns a meeting by id, deleted ones too; ErrNotFound if there is none.
func (s *Store) Meeting(ctx context.Context, id string) (*meeting.Meeting, error) {
	return s.meetings.get(id, func() (*meeting.Meeting, error) { return s.readMeeting(ctx, byID(id)) })
}

// MeetingByNumber returns a meeting by its number of 9 to 11 digits, deleted ones
// too; ErrNotFound if no meeting ever had it.
func (s *Store) MeetingByNumber(ctx context.Context, number string) (*meeting.Meeting, error) {
	return s.numbers.get(number, func() (*meeting.Meeting, error) {
		return s.readMeeting(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("number = ?", number) })
	})
}

func (s *Store) readMeeting(ctx context.Context, which func(*bun.SelectQuery) *bun.SelectQuery) (*meeting.Meeting, error) {
	row, err := oneRow[meetingRow](ctx, s, which)
	if err != nil {
		return nil, wrapErr(err, "a meeting cannot be read")
	}
	return s.meetingOf(row)
}

// Meetings lists meetings, deleted ones too.
func (s *Store) Meetings(ctx context.Context, p Page) ([]*meeting.Meeting, error) {
	rows, err := page[meetingRow](ctx, s, p)
	if err != nil {
		return nil, wrapErr(err, "meetings cannot be read")
	}
	return each(rows, s.meetingOf)
}

// MeetingsOfHost lists the meetings a user hosts, in the order of ids, those
// after the given one; at most limit.
func (s *Store) MeetingsOfHost(ctx context.Context, hostID, after string, limit int) ([]*meeting.Meeting, error) {
	var rows []meetingRow
	err := s.orm.NewSelect().Model(&rows).Where("host_id = ?", hostID).Where("id > ?", after).Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, wrapErr(err, "meetings cannot be read")
	}
	return each(rows, s.meetingOf)
}

// numberTries is how often a random number is drawn before an installation is
// called full; ten digits are never that crowded.
const numberTries = 50

var numberTaken = define(`SELECT id FROM meetings WHERE number = ?`)

// NewMeetingNumber draws a random number of 9 to 11 digits that no meeting ever
// had. It is not reserved: CreateMeeting returns ErrExists if another drew the
// same meanwhile.
func (s *Store) NewMeetingNumber(ctx context.Context) (string, error) {
	for range numberTries {
		low, width := int64(100_000_000), int64(99_900_000_000)
		n, err := rand.Int(rand.Reader, big.NewInt(width))
		if err != nil {
			return "", err
		}
		number := big.NewInt(0).Add(n, big.NewInt(low)).String()
		_, err = first(s.engine.reader(ctx), scanText, numberTaken, number)
		if errors.Is(err, ErrNotFound) {
			return number, nil
		}
		if err != nil {
			return "", wrapErr(err, "a meeting number cannot be found")
		}
	}
	return "", errors.New("no free meeting number was found")
}
