package meeting

import "time"

// AdmitRequest asks for a place in a meeting's running session, or for a new
// session with this participant as its first.
type AdmitRequest struct {
	Meeting *Meeting
	// SessionID is the running session the gate saw; empty when it saw none and
	// a new one begins under NewSessionID.
	SessionID    string
	NewSessionID string
	// GateRevision is the session's when the gate decided; a newer one is a conflict.
	GateRevision int64
	// Capacity is the largest number of participants; Exempt participants are not
	// counted against it.
	Capacity int
	Exempt   bool
	// EndsBy is when a new session is ended at the latest; zero for never.
	EndsBy time.Time
	// Practice begins a new session as a webinar's practice session.
	Practice bool
	// Participant is the participant to admit. Its UserID is given by the store.
	Participant Participant
	Now         time.Time
}

// Admitted is a participant who was admitted, and the session as it is with it.
type Admitted struct {
	Session     Session
	Participant Participant
}

// Placement is where a live participant stands, and for which of its pages.
type Placement struct {
	Generation int
	State      ParticipantState
}

// Tx is a session held under its lock: every change inside a meeting goes
// through one, so that changes are ordered and survive a crash.
type Tx interface {
	// Session is the session as it stands; changes are stored by SaveSession.
	Session() *Session
	// Participants are all live participants, in the order of joining.
	Participants() ([]*Participant, error)
	// ParticipantByUserID finds a live participant; nil without an error if there is
	// none.
	ParticipantByUserID(userID int64) (*Participant, error)
	// ParticipantByID finds a participant, live or not; nil without an error if there is
	// none.
	ParticipantByID(id string) (*Participant, error)
	// Presenters are the live participants of hosts, co-hosts and panelists, in the
	// order of joining.
	Presenters() ([]*Participant, error)
	// ParticipantsAuthorizedBy are the live participants of apps that take part in a
	// user's name.
	ParticipantsAuthorizedBy(authorizerID string) ([]*Participant, error)
	// ParticipantsOnHold are the participants that are on hold, live or not.
	ParticipantsOnHold() ([]*Participant, error)
	// AddParticipant lets another live participant into the session, and numbers it.
	AddParticipant(*Participant)
	// SaveParticipant stores a changed participant; one whose state stopped being
	// live frees its place in Session.Participants.
	SaveParticipant(*Participant) error
	// SaveSession stores the changed session.
	SaveSession() error
	// AddRemoval remembers a removed participant by its marks, for the gate.
	AddRemoval(participant *Participant, at time.Time) error
	// AddChat stores one chat message.
	AddChat(ChatMessage) error
	// LastChat is the position of the session's last message; 0 if nobody has written.
	LastChat() (int64, error)
	// Chat finds a message of the session; nil without an error if there is none.
	Chat(id string) (*ChatMessage, error)
	// DeleteChat takes a message out of the session's history.
	DeleteChat(id string) error
	// BumpRevision raises the revision (and, for what the gate must see, the gate
	// revision) and returns the new revision.
	BumpRevision(gate bool) int64
}

// ChatMessage is one line of chat. ReceiverParticipantID is empty for everyone, else a
// participant's id, ToHosts or ToWaitingRoom.
type ChatMessage struct {
	ID                    string
	SessionID             string
	SenderParticipantID   string
	SenderUserID          int64
	SenderName            string
	ReceiverParticipantID string
	ReceiverUserID        int64
	ReceiverName          string
	Text                  string
	SentAt                time.Time
}
