package meeting

import "time"

// RegistrantStatus is where a registration stands.
type RegistrantStatus string

// The states of a registration. Only an approved one is accepted.
const (
	RegistrantApproved  RegistrantStatus = "approved"
	RegistrantPending   RegistrantStatus = "pending"
	RegistrantDenied    RegistrantStatus = "denied"
	RegistrantCancelled RegistrantStatus = "cancelled"
)

// Registrant is somebody who registered for a meeting or was invited to a
// webinar as a panelist. Each has a personal tk, which is derived from the ID
// and not kept.
type Registrant struct {
	ID        string
	MeetingID string
	Email     string
	FirstName string
	LastName  string
	Status    RegistrantStatus
	// Panelist takes part in a webinar, its practice session included.
	Panelist bool
	// Occurrence is the start of the one occurrence the registration is for; zero
	// means all of them.
	Occurrence time.Time
	CreatedAt  time.Time
}
