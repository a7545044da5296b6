// Package meeting holds meetings and webinars, their live sessions and the
// participants in them.
package meeting

import (
	"cmp"
	"time"
)

// Kind reports how a meeting recurs and whether it is a webinar.
type Kind string

// The kinds of meetings.
const (
	KindInstant   Kind = "instant"
	KindScheduled Kind = "scheduled"
	KindRecurring Kind = "recurring"
	// KindNoFixedTime recurs without a schedule; anyone may start it any day.
	KindNoFixedTime Kind = "no_fixed_time"
	KindWebinar     Kind = "webinar"
)

// Meeting is a number people can join, with its settings.
type Meeting struct {
	ID        string
	Number    string // 9 to 11 digits, unique for ever
	AccountID string
	HostID    string
	Topic     string
	Kind      Kind
	// Passcode is empty where none is asked. PasscodeLink is the form carried by join links.
	Passcode     string
	PasscodeLink string
	StartsAt     time.Time // zero for instant and no-fixed-time meetings
	Duration     time.Duration
	// Occurrences are the scheduled starts of a recurring meeting, ascending.
	Occurrences []time.Time
	Settings    Settings
	// AlternativeHosts are user IDs with the host's rights.
	AlternativeHosts []string
	DeletedAt        time.Time
	LastUsedAt       time.Time
	CreatedAt        time.Time
}

// IsWebinar reports whether the meeting is a webinar.
func (m *Meeting) IsWebinar() bool { return m.Kind == KindWebinar }

// Settings are the host's choices for one meeting.
type Settings struct {
	JoinBeforeHost bool `json:"joinBeforeHost,omitempty"`
	// JoinBeforeHostWindow limits early entry to this long before the start; zero means any time.
	JoinBeforeHostWindow time.Duration `json:"joinBeforeHostWindow,omitempty"`
	WaitingRoom          bool          `json:"waitingRoom,omitempty"`
	// Capacity overrides the host's licence downwards; zero means the licence decides.
	Capacity             int  `json:"capacity,omitempty"`
	RegistrationRequired bool `json:"registrationRequired,omitempty"`
	// RegistrationApproval makes each registration wait until it is approved.
	RegistrationApproval bool `json:"registrationApproval,omitempty"`
	// RegistrantMultipleDevices lets one registrant's tk be used on several devices at once.
	RegistrantMultipleDevices bool   `json:"registrantSeveralDevices,omitempty"`
	SignedInOnly              bool   `json:"signedInOnly,omitempty"`
	BrowserJoinOff            bool   `json:"browserJoinOff,omitempty"`
	EndToEndEncrypted         bool   `json:"endToEndEncrypted,omitempty"`
	Audio                     string `json:"audio,omitempty"` // "voip" (default), "both", "third_party"
	PracticeSession           bool   `json:"practiceSession,omitempty"`
	Simulive                  bool   `json:"simulive,omitempty"`
	MuteUponEntry             bool   `json:"muteUponEntry,omitempty"`
	// BlockedAddresses are refused by this meeting alone, beside the account's.
	BlockedAddresses []string `json:"blockedAddresses,omitempty"`
}

// EndReason reports why a live session is over.
type EndReason string

// Why sessions end.
const (
	EndedByHost   EndReason = "ended_by_host"
	EndedEmpty    EndReason = "empty"
	EndedDuration EndReason = "duration_limit"
)

// Session is one live instance of a meeting, from its start to its end.
type Session struct {
	ID        string // a UUID; also the name of the media room
	MeetingID string
	Number    string
	StartedAt time.Time
	// HostStarted reports whether a host has begun it (else join before host).
	HostStarted bool
	Locked      bool
	Practice    bool
	// Webinar reports that it is a webinar's.
	Webinar   bool
	EndedAt   time.Time
	EndReason EndReason
	// Revision grows by one with every change that participants see.
	Revision int64
	// GateRevision grows with every change that can alter a gate decision other
	// than the number of participants: lock, end, removal.
	GateRevision int64
	// Participants is the number of live participants, waiting ones included.
	Participants int
	// Disconnected is how many of them have lost their control connection.
	Disconnected int
	// NextUserID is the numeric id the next participant gets.
	NextUserID int64
	// EndsBy is when the session is ended whoever is inside, on the injected
	// clock; zero means no such moment.
	EndsBy time.Time
	// Policy is what the hosts allow.
	Policy SessionPolicy
	// Removals is the number of removed marks kept for this instance.
	Removals int
	// OnHold is the number of participants that are on hold, those included that have
	// left.
	OnHold int
	// HeldTo is the largest HeldTo of its participants. Later messages have larger
	// positions.
	HeldTo int64
}

// Live reports whether the session is running.
func (s *Session) Live() bool { return s != nil && s.EndedAt.IsZero() }

// ParticipantState is where a participant is in its life.
type ParticipantState string

// The states of a participant. Joined, waiting and reconnecting participants are live.
const (
	ParticipantJoined       ParticipantState = "joined"
	ParticipantWaiting      ParticipantState = "waiting"
	ParticipantReconnecting ParticipantState = "reconnecting"
	ParticipantLeft         ParticipantState = "left"
	ParticipantRemoved      ParticipantState = "removed"
	// ParticipantNotAdmitted is a participant that a host removed from the waiting room.
	ParticipantNotAdmitted ParticipantState = "not_admitted"
	ParticipantLost        ParticipantState = "lost"
	// ParticipantDismissed is an app's participant whose authorising user has left.
	ParticipantDismissed ParticipantState = "dismissed"
)

// Live reports whether a participant in this state occupies a place.
func (s ParticipantState) Live() bool {
	return s == ParticipantJoined || s == ParticipantWaiting || s == ParticipantReconnecting
}

// Removed reports whether a host removed the participant, from the meeting or from
// its waiting room.
func (s ParticipantState) Removed() bool {
	return s == ParticipantRemoved || s == ParticipantNotAdmitted
}

// Role is what a participant may do inside.
type Role string

// Roles inside a meeting.
const (
	RoleHost     Role = "host"
	RoleCoHost   Role = "cohost"
	RoleAttendee Role = "attendee"
	RolePanelist Role = "panelist"
)

// HasHostRights reports whether the role is that of a host or co-host.
func (r Role) HasHostRights() bool { return r == RoleHost || r == RoleCoHost }

// IdentityClaims are all the ways a participant's owner can be recognised again.
type IdentityClaims struct {
	UserID       string `json:"userId,omitempty"`
	RegistrantID string `json:"registrantId,omitempty"`
	AppID        string `json:"appId,omitempty"`
	CustomerKey  string `json:"customerKey,omitempty"`
	OBFID        string `json:"obfId,omitempty"`
	// AuthorizerID is the user in whose name an OBF's app takes part.
	AuthorizerID string `json:"authorizerId,omitempty"`
	DeviceID     string `json:"deviceId,omitempty"`
	Email        string `json:"email,omitempty"`
}

// Identity is the verified identity of which a session holds at most one live
// participant: a signed-in user, a registrant or an app acting for somebody. It is
// empty for anonymous joins, which are never duplicates.
func (m IdentityClaims) Identity() string {
	switch {
	case m.OBFID != "":
		return "obf:" + m.AppID + ":" + m.OBFID
	case m.UserID != "":
		return "user:" + m.UserID
	case m.RegistrantID != "":
		return "reg:" + m.RegistrantID
	}
	return ""
}

// LimiterKey names whoever has the identity in a meeting for limits, whether they have a
// participant or not. It is empty for anonymous joins.
func (m IdentityClaims) LimiterKey(meetingID string) string {
	identity := m.Identity()
	if identity == "" {
		return ""
	}
	return meetingID + " " + identity
}

// OriginalID names the participant of a participant by the first of their page's
// participants.
func (s *Participant) OriginalID() string { return cmp.Or(s.Flags.FirstParticipantID, s.ID) }

// LimiterKey names the participant of a participant for limits: by their verified identity
// in the meeting or, without one, by the first of their page's participants. Whoever
// leaves for another one, or leaves and signs in again, gets no new allowance.
func (s *Participant) LimiterKey() string {
	return cmp.Or(s.Claims.LimiterKey(s.MeetingID), s.OriginalID())
}

// Participant is one admitted (or waiting) presence in a session.
type Participant struct {
	ID        string // also the media identity
	SessionID string
	MeetingID string
	// UserID is the number that participants know each other by, unique in its session.
	UserID int64
	// GUID identifies the participant across sessions in reports.
	GUID   string
	Name   string
	Email  string
	Role   Role
	State  ParticipantState
	Claims IdentityClaims
	Flags  ParticipantFlags
	// Guest reports that the person is no user of the meeting's account.
	Guest bool
	// AllowMultipleDevices exempts the participant's identity from the rule of one live
	// participant.
	AllowMultipleDevices bool
	// SignatureDigest recognises the signature, the tokens and the person that the participant joined
	// with.
	SignatureDigest []byte
	// Generation counts take-overs; only the newest page may act for the participant.
	Generation int
	View       string // "client" or "component"
	SDKVersion string
	// Muted, VideoOn, Sharing and HandRaised are what the roster shows.
	Muted      bool
	AudioOn    bool
	VideoOn    bool
	Sharing    bool
	HandRaised bool
	// OnHold reports that a host put the participant in the waiting room during the
	// meeting, and has not admitted it again. It stays when the participant is left.
	OnHold bool
	// HeldTo is the position of the last chat message that the participant's person
	// may not read, in whatever participant of theirs: a host had put them on hold
	// until then.
	HeldTo   int64
	JoinedAt time.Time
	// LeaseUntil is real time: a participant not renewed by then is removed.
	LeaseUntil time.Time
	// LostAt is when the participant's control connection was lost, in real time;
	// zero while it is up.
	LostAt time.Time
	// Departing reports that the page announced its departure when it was
	// unloaded. It is kept with LostAt and cleared with it.
	Departing bool
	LeftAt    time.Time
	JoinID    string
	// RequestKey is a digest of the whole request that joined: no two live
	// participants have the same. Empty for participants that no request added.
	RequestKey string
}

// ConnectionGrace is how long a participant counts as connected after its control
// connection was lost.
const ConnectionGrace = 3 * time.Second

// Connected reports whether somebody is behind a live participant at now, in real
// time: its control connection is up, or was lost a moment ago. A participant
// without a page has no connection to lose and counts while its lease runs.
func (s *Participant) Connected(now time.Time) bool {
	if s == nil || !s.State.Live() || !s.LeaseUntil.After(now) {
		return false
	}
	return s.LostAt.IsZero() || now.Sub(s.LostAt) < ConnectionGrace
}

// MarkLost marks the participant as one whose control connection was lost at a moment
// in real time; the first moment stands.
func (s *Participant) MarkLost(at time.Time) {
	if s.LostAt.IsZero() {
		s.LostAt = at
	}
	if s.State == ParticipantJoined {
		s.State = ParticipantReconnecting
	}
}

// MarkReconnected takes the marks of a lost connection away.
func (s *Participant) MarkReconnected() {
	s.LostAt, s.Departing = time.Time{}, false
	s.Flags.MediaLost, s.Flags.MaybeAudible = false, false
	if s.State == ParticipantReconnecting {
		s.State = ParticipantJoined
	}
}

// NextGeneration gives the participant to another page. The older page's devices are not
// the newer one's, nor is the screen's place.
func (s *Participant) NextGeneration() {
	s.Generation++
	s.MarkReconnected()
	s.StopSending()
}

// StopSending takes all that the participant sends away, and the screen's place.
func (s *Participant) StopSending() {
	s.AudioOn, s.VideoOn, s.Sharing, s.Flags.HoldsShare = false, false, false, false
}

// Abandoned reports whether a live session may have nobody connected in it: every
// live participant, if there is one, has lost its control connection, be it a
// moment ago.
func (s *Session) Abandoned() bool { return s.Participants <= s.Disconnected }
