package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/anteroom/anteroom/internal/meeting"
)

type registrantRow struct {
	bun.BaseModel `bun:"table:registrants"`

	ID         string `bun:"id,pk"`
	MeetingID  string `bun:"meeting_id"`
	Email      string `bun:"email"`
	EmailKey   string `bun:"email_key"`
	FirstName  string `bun:"first_name"`
	LastName   string `bun:"last_name"`
	Status     string `bun:"status"`
	Panelist   bool   `bun:"panelist"`
	Occurrence int64  `bun:"occurrence"`
	CreatedAt  int64  `bun:"created_at"`
}

func rowOfRegistrant(r *meeting.Registrant) *registrantRow {
	return &registrantRow{
		ID: r.ID, MeetingID: r.MeetingID, Email: r.Email, EmailKey: emailKey(r.Email), FirstName: r.FirstName, LastName: r.LastName,
		Status: string(r.Status), Panelist: r.Panelist, Occurrence: toMicros(r.Occurrence), CreatedAt: toMicros(r.CreatedAt),
	}
}

func (r *registrantRow) read() (*meeting.Registrant, error) {
	return &meeting.Registrant{
		ID: r.ID, MeetingID: r.MeetingID, Email: r.Email, FirstName: r.FirstName, LastName: r.LastName,
		Status: meeting.RegistrantStatus(r.Status), Panelist: r.Panelist, Occurrence: fromMicros(r.Occurrence), CreatedAt: fromMicros(r.CreatedAt),
	}, nil
}

// CreateRegistrant stores a new registrant or panelist. An empty ID or CreatedAt
// is filled in. ErrExists reports that the id is taken or that the address is
// registered for the same occurrence and has not cancelled; ErrNotFound that there
// is no such meeting.
func (s *Store) CreateRegistrant(ctx context.Context, r *meeting.Registrant) error {
	s.fill(&r.ID, &r.CreatedAt)
	row := rowOfRegistrant(r)
	err := s.engine.write(ctx, func(run runner) error { return s.insertRow(ctx, run, row) })
	s.registrants.forget(r.ID)
	return wrapErr(err, "a registrant cannot be made")
}

// UpdateRegistrant stores a changed registrant; ErrNotFound if there is none.
// ErrExists reports that the address has registered anew meanwhile.
func (s *Store) UpdateRegistrant(ctx context.Context, r *meeting.Registrant) error {
	row := rowOfRegistrant(r)
	err := s.engine.write(ctx, func(run runner) error { return s.updateRow(ctx, run, row) })
	s.registrants.forget(r.ID)
	return wrapErr(err, "a registrant cannot be changed")
}

// Registrant returns a registrant by id, cancelled ones too; ErrNotFound if there
// is none.
func (s *Store) Registrant(ctx context.Context, id string) (*meeting.Registrant, error) {
	return s.registrants.get(id, func() (*meeting.Registrant, error) {
		row, err := oneRow[registrantRow](ctx, s, byID(id))
		if err != nil {
			return nil, wrapErr(err, "a registrant cannot be read")
		}
		return row.read()
	})
}

// RegistrantsByEmail lists the registrations of an address, whatever its case, for
// a meeting: those that were not cancelled first, newer ones before older; at most
// 1000.
func (s *Store) RegistrantsByEmail(ctx context.Context, meetingID, email string) ([]*meeting.Registrant, error) {
	var rows []registrantRow
	err := s.orm.NewSelect().Model(&rows).Where("meeting_id = ?", meetingID).Where("email_key = ?", emailKey(email)).
		OrderExpr("CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END, created_at DESC, id DESC").Limit(1000).Scan(ctx)
	if err != nil {
		return nil, wrapErr(err, "registrants cannot be read")
	}
	return each(rows, (*registrantRow).read)
}

// RegistrantsOfMeeting lists the registrants and panelists of a meeting,
// cancelled ones too, in the order of ids; Page.AccountID has no meaning here.
func (s *Store) RegistrantsOfMeeting(ctx context.Context, meetingID string, p Page) ([]*meeting.Registrant, error) {
	var rows []registrantRow
	err := s.orm.NewSelect().Model(&rows).Where("meeting_id = ?", meetingID).Where("id > ?", p.After).
		Order("id").Limit(int64(p.limit())).Scan(ctx)
	if err != nil {
		return nil, wrapErr(err, "registrants cannot be read")
	}
	return each(rows, (*registrantRow).read)
}
