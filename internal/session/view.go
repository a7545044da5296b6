package session

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// ParticipantView is a participant as other participants see it. Field names are
// those of docs/protocol/control-channel.md.
type ParticipantView struct {
	UserID     int64                    `json:"userId"`
	GUID       string                   `json:"guid"`
	UserName   string                   `json:"userName"`
	Email      string                   `json:"email,omitempty"`
	Role       meeting.Role             `json:"role"`
	State      meeting.ParticipantState `json:"state"`
	Muted      bool                     `json:"muted"`
	AudioOn    bool                     `json:"audioOn"`
	VideoOn    bool                     `json:"videoOn"`
	Sharing    bool                     `json:"sharing"`
	HandRaised bool                     `json:"handRaised"`
	// HandRaisedAt is when it was raised; missing while it is down.
	HandRaisedAt  time.Time `json:"handRaisedAt,omitzero"`
	Guest         bool      `json:"guest"`
	CustomerKey   string    `json:"customerKey,omitempty"`
	View          string    `json:"view"`
	MediaIdentity string    `json:"mediaIdentity"`
	JoinedAt      time.Time `json:"joinedAt"`
	OriginHost    bool      `json:"originHost,omitempty"`
	MayUnmute     bool      `json:"mayUnmute,omitempty"`
	AllowedToTalk bool      `json:"allowedToTalk,omitempty"`
	MayCapture    bool      `json:"mayCapture,omitempty"`
	Capture       string    `json:"capture,omitempty"`
	// MediaLost reports of a reconnecting participant that sound and pictures are gone
	// too.
	MediaLost bool `json:"mediaLost,omitempty"`
	// PersonKey is the same for the participants of one signed-in user in the session.
	PersonKey string `json:"personKey,omitempty"`
	Bot       *Bot   `json:"bot,omitempty"`
}

// Bot names the user on whose behalf an app takes part.
type Bot struct {
	AppName string `json:"appName"`
	// AuthorizerKey is the PersonKey of who authorised it.
	AuthorizerKey string `json:"authorizerKey"`
}

// Info is a session as its participants see it.
type Info struct {
	SessionID     string `json:"sessionId"`
	MeetingNumber string `json:"meetingNumber"`
	Topic         string `json:"topic"`
	// Passcode is what an invitation needs; empty for everybody but hosts.
	Passcode   string `json:"passcode,omitempty"`
	HostUserID *int64 `json:"hostUserId"`
	Kind       string `json:"kind"`
	Locked     bool   `json:"locked"`
	// Practice reports that attendees of the webinar are not admitted yet.
	Practice     bool      `json:"practice"`
	StartedAt    time.Time `json:"startedAt"`
	Participants int       `json:"participants"`

	ChatAllowed    string  `json:"chatAllowed"`
	UnmuteAllowed  bool    `json:"unmuteAllowed"`
	RenameAllowed  bool    `json:"renameAllowed"`
	ShareAllowed   string  `json:"shareAllowed"`
	SeveralSharers bool    `json:"severalSharers"`
	FocusMode      bool    `json:"focusMode"`
	Spotlights     []int64 `json:"spotlights"`
}

// applyPolicy words what the hosts allow.
func (i *Info) applyPolicy(c *meeting.SessionPolicy) {
	i.ChatAllowed, i.ShareAllowed = "everyone", "everyone"
	if c.Chat != meeting.ChatEveryone {
		i.ChatAllowed = string(c.Chat)
	}
	if c.HostsOnlyShare {
		i.ShareAllowed = "hosts"
	}
	i.UnmuteAllowed, i.RenameAllowed = !c.UnmuteDisabled, !c.RenameDisabled
	i.SeveralSharers, i.FocusMode = c.AllowMultipleSharers, c.FocusMode
	i.Spotlights = c.Spotlights
	if i.Spotlights == nil {
		i.Spotlights = []int64{}
	}
}

// ChatView is a chat message on the wire.
type ChatView struct {
	ID       string     `json:"id"`
	Text     string     `json:"text"`
	SentAt   time.Time  `json:"sentAt"`
	Sender   ChatParty  `json:"sender"`
	Receiver *ChatParty `json:"receiver"`
}

// ChatParty is one end of a chat message.
type ChatParty struct {
	UserID int64  `json:"userId"`
	Name   string `json:"name"`
}

// Snapshot is all that a page needs to draw a meeting.
type Snapshot struct {
	Revision     int64             `json:"revision"`
	Self         ParticipantView   `json:"self"`
	Session      Info              `json:"session"`
	Participants []ParticipantView `json:"participants"`
	// MoreAfter is the last participant's number if others follow on the next page.
	MoreAfter int64      `json:"moreAfter,omitempty"`
	Chat      []ChatView `json:"chat"`
	// MoreChat reports that there are older messages than these.
	MoreChat bool `json:"moreChat,omitempty"`
}

// ChatPage is a page of older messages.
type ChatPage struct {
	Chat []ChatView `json:"chat"`
	More bool       `json:"more"`
}

// viewOf shows a participant to others. Addresses and customerKeys are for hosts,
// and for the participant's own page.
func viewOf(participant *meeting.Participant, toHost bool) ParticipantView {
	p := ParticipantView{
		UserID: participant.UserID, GUID: participant.GUID, UserName: participant.Name, Role: participant.Role, State: participant.State,
		Muted: participant.Muted || !hasVisibleAudio(participant), AudioOn: hasVisibleAudio(participant),
		VideoOn: participant.VideoOn && !participant.Flags.MediaLost, Sharing: isVisiblySharing(participant),
		HandRaised: handUp(participant), Guest: participant.Guest,
		View: participant.View, MediaIdentity: participant.ID, JoinedAt: participant.JoinedAt.UTC(),
		OriginHost: participant.Flags.OriginHost, MayUnmute: participant.Flags.MayUnmute, AllowedToTalk: participant.Flags.AllowedToTalk,
		MayCapture: participant.Flags.MayCapture, Capture: string(participant.Flags.Capture), MediaLost: participant.Flags.MediaLost,
	}
	if participant.Claims.OBFID != "" {
		p.Bot = &Bot{AppName: participant.Flags.AppName, AuthorizerKey: personKey(participant.SessionID, participant.Claims.AuthorizerID)}
	} else {
		p.PersonKey = personKey(participant.SessionID, participant.Claims.UserID)
	}
	if p.HandRaised {
		p.HandRaisedAt = participant.Flags.HandRaisedAt.UTC()
	}
	if toHost {
		p.Email, p.CustomerKey = participant.Email, participant.Claims.CustomerKey
	}
	return p
}

// hasVisibleAudio reports whether others see somebody in the sound: nobody whose media are
// lost, as long as that is known.
func hasVisibleAudio(participant *meeting.Participant) bool {
	return participant.AudioOn && (!participant.Flags.MediaLost || participant.Flags.MaybeAudible)
}

// isVisiblySharing reports whether others see somebody sharing.
func isVisiblySharing(participant *meeting.Participant) bool {
	return participant.Sharing && !participant.Flags.MediaLost
}

// handUp reports whether others see the hand up: that of somebody who has vanished
// is not, and is again once they are back.
func handUp(participant *meeting.Participant) bool {
	return participant.HandRaised && !participant.Flags.MediaLost
}

// personKey recognises a user within one session, and nowhere else.
func personKey(sessionID, userID string) string {
	if userID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("person\x00" + sessionID + "\x00" + userID))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// visible are the participants that a participant sees.
func visible(participants []*meeting.Participant, self *meeting.Participant, live *meeting.Session) []ParticipantView {
	out := make([]ParticipantView, 0, len(participants))
	for _, participant := range participants {
		if participant.State.Live() && canSee(self, participant, live) {
			out = append(out, viewOf(participant, hasHostRights(self) || participant.ID == self.ID))
		}
	}
	return out
}

// infoOf shows a session to one of its participants. Hosts invite people, so
// they may know the passcode; others know the one that they joined with, if any.
func infoOf(m *meeting.Meeting, live *meeting.Session, self *meeting.Participant, participants []*meeting.Participant) Info {
	info := Info{
		SessionID: live.ID, MeetingNumber: live.Number, Topic: m.Topic, Kind: "meeting",
		Locked: live.Locked, Practice: live.Practice, StartedAt: live.StartedAt.UTC(), Participants: live.Participants,
	}
	info.applyPolicy(&live.Policy)
	if hasHostRights(self) && self.State != meeting.ParticipantWaiting {
		info.Passcode = m.Passcode
	}
	if m.IsWebinar() {
		info.Kind = "webinar"
	}
	for _, participant := range participants {
		if participant.Role == meeting.RoleHost && participant.State.Live() {
			id := participant.UserID
			info.HostUserID = &id
			break
		}
	}
	return info
}

func chatView(c meeting.ChatMessage) ChatView {
	v := ChatView{ID: c.ID, Text: c.Text, SentAt: c.SentAt.UTC(), Sender: ChatParty{c.SenderUserID, c.SenderName}}
	if c.ReceiverParticipantID != "" {
		v.Receiver = &ChatParty{c.ReceiverUserID, c.ReceiverName}
	}
	return v
}

func hasHostRights(participant *meeting.Participant) bool {
	return participant != nil && participant.Role.HasHostRights()
}
