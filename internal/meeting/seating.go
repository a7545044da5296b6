package meeting

import "time"

// TakeSeat asks for a place in a meeting's running session, or for a new
// session with this seat as its first.
type TakeSeat struct {
	Meeting *Meeting
	// SessionID is the running session the gate saw; empty when it saw none and
	// a new one begins under NewSessionID.
	SessionID    string
	NewSessionID string
	// GateRevision is the session's when the gate decided; a newer one is a conflict.
	GateRevision int64
	// Capacity is the largest number of seats; Exempt seats are not counted against it.
	Capacity int
	Exempt   bool
	// EndsBy is when a new session is ended at the latest; zero for never.
	EndsBy time.Time
	// Practice begins a new session as a webinar's practice session.
	Practice bool
	// Seat is the seat to take. Its UserID is given by the store.
	Seat Seat
	Now  time.Time
}

// Taken is a seat that was taken, and the session as it is with it.
type Taken struct {
	Session Session
	Seat    Seat
}

// Place is where a live seat stands, and for which of its pages.
type Place struct {
	Generation int
	State      SeatState
}

// Tx is a session held under its lock: every change inside a meeting goes
// through one, so that changes are ordered and survive a crash.
type Tx interface {
	// Session is the session as it stands; changes are kept by SaveSession.
	Session() *Session
	// Seats are all live seats, in the order of joining.
	Seats() ([]*Seat, error)
	// SeatByUserID finds a live seat; nil without an error if there is none.
	SeatByUserID(userID int64) (*Seat, error)
	// SeatByID finds a seat, live or not; nil without an error if there is none.
	SeatByID(id string) (*Seat, error)
	// Presenters are the live seats of hosts, co-hosts and panelists, in the order of
	// joining.
	Presenters() ([]*Seat, error)
	// SeatsFor are the live seats of apps that take part in a user's name.
	SeatsFor(authorizerID string) ([]*Seat, error)
	// SeatsOnHold are the seats that are on hold, live or not.
	SeatsOnHold() ([]*Seat, error)
	// AddSeat lets another live seat into the session, and numbers it.
	AddSeat(*Seat)
	// SaveSeat keeps a changed seat; one whose state stopped being live frees
	// its place in Session.Seats.
	SaveSeat(*Seat) error
	// SaveSession keeps the changed session.
	SaveSession() error
	// AddRemoval remembers a removed seat by its marks, for the gate.
	AddRemoval(seat *Seat, at time.Time) error
	// AddChat keeps one chat message.
	AddChat(ChatMessage) error
	// LastChat is the position of the session's last message; 0 if nobody has written.
	LastChat() (int64, error)
	// Chat finds a message of the session; nil without an error if there is none.
	Chat(id string) (*ChatMessage, error)
	// DeleteChat takes a message out of the session's history.
	DeleteChat(id string) error
	// Touch raises the revision (and, for what the gate must see, the gate
	// revision) and answers the new revision.
	Touch(gate bool) int64
}

// ChatMessage is one line of chat. ReceiverSeatID is empty for everyone, else a
// seat's id, ToHosts or ToWaitingRoom.
type ChatMessage struct {
	ID             string
	SessionID      string
	SenderSeatID   string
	SenderUserID   int64
	SenderName     string
	ReceiverSeatID string
	ReceiverUserID int64
	ReceiverName   string
	Text           string
	SentAt         time.Time
}
