package meeting

import "time"

// ChatReach tells to whom participants who are no hosts may write.
type ChatReach string

// The reaches of chat. The zero value is everyone.
const (
	ChatEveryone ChatReach = ""
	ChatHosts    ChatReach = "hosts"
	ChatOff      ChatReach = "off"
)

// Conduct is what the hosts of a running session allow. The zero value is how
// every session begins.
type Conduct struct {
	Chat ChatReach `json:"chat,omitempty"`
	// UnmuteBarred keeps participants from unmuting themselves, RenameBarred
	// from changing their names.
	UnmuteBarred bool `json:"unmuteBarred,omitempty"`
	RenameBarred bool `json:"renameBarred,omitempty"`
	// ShareByHosts lets hosts alone share screens.
	ShareByHosts bool `json:"shareByHosts,omitempty"`
	// SeveralSharers lets more than one person share at a time.
	SeveralSharers bool `json:"severalSharers,omitempty"`
	// FocusMode shows participants the pictures of hosts and their own alone.
	FocusMode bool `json:"focusMode,omitempty"`
	// Spotlights are the numbers of those who are shown large to everybody, in
	// their order. The slice is replaced, never changed.
	Spotlights []int64 `json:"spotlights,omitempty"`
}

// Plain reports whether nothing was changed since the session began.
func (c *Conduct) Plain() bool {
	return c.Chat == ChatEveryone && !c.UnmuteBarred && !c.RenameBarred && !c.ShareByHosts && !c.SeveralSharers &&
		!c.FocusMode && len(c.Spotlights) == 0
}

// CaptureStatus is what a participant's recording does.
type CaptureStatus string

// The states of a recording. The zero value is none.
const (
	CaptureOff    CaptureStatus = ""
	CaptureOn     CaptureStatus = "on"
	CapturePaused CaptureStatus = "paused"
)

// Extras are what a seat has beyond its role.
type Extras struct {
	// OriginHost came as the host and may take that role back.
	OriginHost bool `json:"originHost,omitempty"`
	// MayUnmute is who was asked to unmute although participants may not.
	MayUnmute bool `json:"mayUnmute,omitempty"`
	// Silenced was muted by a host and has not unmuted themselves since.
	Silenced bool `json:"silenced,omitempty"`
	// Talks is a webinar's attendee who was given the word.
	Talks bool `json:"talks,omitempty"`
	// Shares is who has the screen's place: asked for it last, and has neither given
	// it up nor lost it. The screen itself may still be being picked.
	Shares bool `json:"shares,omitempty"`
	// MayCapture is who was allowed to record.
	MayCapture bool          `json:"mayCapture,omitempty"`
	Capture    CaptureStatus `json:"capture,omitempty"`
	// HandRaisedAt is when the hand was raised; it means nothing while it is down.
	HandRaisedAt time.Time `json:"handRaisedAt,omitzero"`
	// MediaLost tells of a reconnecting seat that its sound and pictures are gone too;
	// MayBeHeard, that this is only supposed, for nobody looks at its packets.
	MediaLost  bool `json:"mediaLost,omitempty"`
	MayBeHeard bool `json:"mayBeHeard,omitempty"`
	// SignedRole is the role of the signature that admitted the seat, 0 or 1.
	SignedRole int `json:"signedRole,omitempty"`
	// TakenOver is when, in Unix milliseconds of real time, other pages of the same
	// person last took the seat over while it was connected; the newest comes first.
	TakenOver [TakeOversAMinute]int64 `json:"takenOver,omitzero"`
	// FirstSeat is the seat that the participant had first, if they gave it up for this
	// one, for example to join under another name.
	FirstSeat string `json:"firstSeat,omitempty"`
	// Entered is where the session's channel stood when the seat was let in.
	Entered Position `json:"entered,omitzero"`
	// Origin and Network recognise the address that the seat was taken from, and its
	// network; they are no addresses.
	Origin  string `json:"origin,omitempty"`
	Network string `json:"network,omitempty"`
	// Led is who was a host or co-host before, and heard what was written to them.
	Led bool `json:"led,omitempty"`
	// AppName is the app that takes part in somebody's name; empty for people.
	AppName string `json:"appName,omitempty"`
}

// Position is how far the events of a channel have come.
type Position struct {
	Epoch  string `json:"epoch"`
	Offset uint64 `json:"offset"`
}

// Receivers of chat messages that are no single seat.
const (
	ToHosts       = "@hosts"
	ToWaitingRoom = "@waiting"
	// HostsNumber and WaitingRoomNumber stand in for their numbers.
	HostsNumber       = 2
	WaitingRoomNumber = 4
)

// Reader is who reads a session's chat.
type Reader int

// The readers: those inside, hosts, and those in the waiting room.
const (
	ReaderInside Reader = iota
	ReaderHost
	ReaderWaiting
)

// ChatPage bounds a page of a session's chat: the newest messages, or those before one.
type ChatPage struct {
	// Before is the id of the message before which the page ends; empty for the newest.
	Before string
	// After is the position in the session's chat after which the page begins.
	After           int64
	Messages, Bytes int
}

// TakeOversAMinute is how often within a minute a connected seat is taken over.
const TakeOversAMinute = 3

// NoteTakeOver remembers that a connected seat was taken over.
func (e *Extras) NoteTakeOver(now time.Time) {
	copy(e.TakenOver[1:], e.TakenOver[:])
	e.TakenOver[0] = now.UnixMilli()
}

// NextTakeOver is how long a connected seat is not taken over again; zero if it may
// be at once.
func (e *Extras) NextTakeOver(now time.Time) time.Duration {
	oldest := time.UnixMilli(e.TakenOver[TakeOversAMinute-1])
	return max(0, time.Minute-now.Sub(oldest))
}
