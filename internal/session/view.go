package session

import (
	"time"

	"github.com/anteroom/anteroom/internal/meeting"
)

// Participant is a seat as other participants see it. Field names are those
// of docs/protocol/control-channel.md.
type Participant struct {
	UserID        int64             `json:"userId"`
	GUID          string            `json:"guid"`
	UserName      string            `json:"userName"`
	Email         string            `json:"email,omitempty"`
	Role          meeting.Role      `json:"role"`
	State         meeting.SeatState `json:"state"`
	Muted         bool              `json:"muted"`
	AudioOn       bool              `json:"audioOn"`
	VideoOn       bool              `json:"videoOn"`
	Sharing       bool              `json:"sharing"`
	HandRaised    bool              `json:"handRaised"`
	Guest         bool              `json:"guest"`
	CustomerKey   string            `json:"customerKey,omitempty"`
	View          string            `json:"view"`
	MediaIdentity string            `json:"mediaIdentity"`
	JoinedAt      time.Time         `json:"joinedAt"`
}

// Info is a session as its participants see it.
type Info struct {
	SessionID     string `json:"sessionId"`
	MeetingNumber string `json:"meetingNumber"`
	Topic         string `json:"topic"`
	HostUserID    *int64 `json:"hostUserId"`
	Kind          string `json:"kind"`
	Locked        bool   `json:"locked"`
	// Practice tells that attendees of the webinar are not let in yet.
	Practice     bool      `json:"practice"`
	StartedAt    time.Time `json:"startedAt"`
	ChatAllowed  string    `json:"chatAllowed"`
	Participants int       `json:"participants"`
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
	Revision     int64         `json:"revision"`
	Self         Participant   `json:"self"`
	Session      Info          `json:"session"`
	Participants []Participant `json:"participants"`
	Chat         []ChatView    `json:"chat"`
}

// participantOf shows a seat to others. E-mail addresses are for hosts only.
func participantOf(seat *meeting.Seat, toHost bool) Participant {
	p := Participant{
		UserID: seat.UserID, GUID: seat.GUID, UserName: seat.Name, Role: seat.Role, State: seat.State,
		Muted: seat.Muted || !seat.AudioOn, AudioOn: seat.AudioOn, VideoOn: seat.VideoOn, Sharing: seat.Sharing,
		HandRaised: seat.HandRaised, Guest: seat.Guest, CustomerKey: seat.Marks.CustomerKey,
		View: seat.View, MediaIdentity: seat.ID, JoinedAt: seat.JoinedAt.UTC(),
	}
	if toHost {
		p.Email = seat.Email
	}
	return p
}

// visible are the seats that a participant sees: everybody inside, and the
// waiting ones for hosts alone.
func visible(seats []*meeting.Seat, self *meeting.Seat) []Participant {
	host := isHost(self)
	out := make([]Participant, 0, len(seats))
	for _, seat := range seats {
		if !seat.State.Live() || (seat.State == meeting.SeatWaiting && !host && seat.ID != self.ID) {
			continue
		}
		out = append(out, participantOf(seat, host || seat.ID == self.ID))
	}
	return out
}

func infoOf(m *meeting.Meeting, live *meeting.Session, seats []*meeting.Seat) Info {
	info := Info{
		SessionID: live.ID, MeetingNumber: live.Number, Topic: m.Topic, Kind: "meeting",
		Locked: live.Locked, Practice: live.Practice, StartedAt: live.StartedAt.UTC(), ChatAllowed: "everyone", Participants: live.Seats,
	}
	if m.IsWebinar() {
		info.Kind = "webinar"
	}
	for _, seat := range seats {
		if seat.Role == meeting.RoleHost && seat.State.Live() {
			id := seat.UserID
			info.HostUserID = &id
			break
		}
	}
	return info
}

func chatView(c meeting.ChatMessage) ChatView {
	v := ChatView{ID: c.ID, Text: c.Text, SentAt: c.SentAt.UTC(), Sender: ChatParty{c.SenderUserID, c.SenderName}}
	if c.ReceiverSeatID != "" {
		v.Receiver = &ChatParty{c.ReceiverUserID, c.ReceiverName}
	}
	return v
}

func isHost(seat *meeting.Seat) bool {
	return seat != nil && (seat.Role == meeting.RoleHost || seat.Role == meeting.RoleCoHost)
}
