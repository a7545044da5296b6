package meeting

import "time"

// ChatReach is to whom participants who are no hosts may write.
type ChatReach string

// The reaches of chat. The zero value is everyone.
const (
	ChatEveryone ChatReach = ""
	ChatHosts    ChatReach = "hosts"
	ChatOff      ChatReach = "off"
)

// SessionPolicy is what the hosts of a running session allow. The zero value is how
// every session begins.
type SessionPolicy struct {
	Chat ChatReach `json:"chat,omitempty"`
	// UnmuteDisabled keeps participants from unmuting themselves, RenameDisabled
	// from changing their names.
	UnmuteDisabled bool `json:"unmuteBarred,omitempty"`
	RenameDisabled bool `json:"renameBarred,omitempty"`
	// HostsOnlyShare lets hosts alone share screens.
	HostsOnlyShare bool `json:"shareByHosts,omitempty"`
	// AllowMultipleSharers lets more than one person share at a time.
	AllowMultipleSharers bool `json:"severalSharers,omitempty"`
	// FocusMode shows participants the pictures of hosts and their own alone.
	FocusMode bool `json:"focusMode,omitempty"`
	// Spotlights are the numbers of those who are shown large to everybody, in
	// their order. The slice is replaced, never changed.
	Spotlights []int64 `json:"spotlights,omitempty"`
}

// IsDefault reports whether nothing was changed since the session began.
func (c *SessionPolicy) IsDefault() bool {
	return c.Chat == ChatEveryone && !c.UnmuteDisabled && !c.RenameDisabled && !c.HostsOnlyShare && !c.AllowMultipleSharers &&
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

// ParticipantFlags are what a participant has beyond its role.
type ParticipantFlags struct {
	// OriginHost came as the host and may take that role back.
	OriginHost bool `json:"originHost,omitempty"`
	// MayUnmute is who was asked to unmute although participants may not.
	MayUnmute bool `json:"mayUnmute,omitempty"`
	// MutedByHost was muted by a host and has not unmuted themselves since.
	MutedByHost bool `json:"silenced,omitempty"`
	// AllowedToTalk is a webinar's attendee who is allowed to talk.
	AllowedToTalk bool `json:"talks,omitempty"`
	// HoldsShare is who has the screen's place: asked for it last, and has neither given
	// it up nor lost it. The screen itself may still be being picked.
	HoldsShare bool `json:"shares,omitempty"`
	// MayCapture is who was allowed to record.
	MayCapture bool          `json:"mayCapture,omitempty"`
	Capture    CaptureStatus `json:"capture,omitempty"`
	// HandRaisedAt is when the hand was raised; it means nothing while it is down.
	HandRaisedAt time.Time `json:"handRaisedAt,omitzero"`
	// MediaLost reports of a reconnecting participant that its sound and pictures are
	// gone too; MaybeAudible, that this is only supposed, for nobody looks at its
	// packets.
	MediaLost    bool `json:"mediaLost,omitempty"`
	MaybeAudible bool `json:"mayBeHeard,omitempty"`
	// SignedRole is the role of the signature that admitted the participant, 0 or 1.
	SignedRole int `json:"signedRole,omitempty"`
	// Replacements is when, in Unix milliseconds of real time, other pages of the same
	// person last took over while it was connected; the newest comes first.
	Replacements [TakeOversPerMinute]int64 `json:"takenOver,omitzero"`
	// FirstParticipantID is the participant that the participant had first, if they gave it up
	// for this one, for example to join under another name.
	FirstParticipantID string `json:"firstSeat,omitempty"`
	// Entered is where the session's channel stood when the participant was admitted.
	Entered Position `json:"entered,omitzero"`
	// Origin and Network recognise the address that the participant joined from, and
	// its network; they are no addresses.
	Origin  string `json:"origin,omitempty"`
	Network string `json:"network,omitempty"`
	// WasHost is who was a host or co-host before, and heard what was written to them.
	WasHost bool `json:"led,omitempty"`
	// AppName is the app that takes part in somebody's name; empty for people.
	AppName string `json:"appName,omitempty"`
}

// Position is how far the events of a channel have come.
type Position struct {
	Epoch  string `json:"epoch"`
	Offset uint64 `json:"offset"`
}

// Receivers of chat messages that are no single participant.
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

// TakeOversPerMinute is how often within a minute a connected participant is taken over.
const TakeOversPerMinute = 3

// RecordTakeOver remembers that a connected participant was taken over.
func (e *ParticipantFlags) RecordTakeOver(now time.Time) {
	copy(e.Replacements[1:], e.Replacements[:])
	e.Replacements[0] = now.UnixMilli()
}

// TakeOverDelay is how long a connected participant is not taken over again; zero if
// it may be at once.
func (e *ParticipantFlags) TakeOverDelay(now time.Time) time.Duration {
	oldest := time.UnixMilli(e.Replacements[TakeOversPerMinute-1])
	return max(0, time.Minute-now.Sub(oldest))
}
