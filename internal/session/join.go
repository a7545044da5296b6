package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/internal/account"
	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/meeting"
)

// ErrConflict is a seat that could not be taken because the session changed
// since the gate looked; deciding again helps.
var ErrConflict = errors.New("the session changed in the meantime")

// ErrNotFound is something that does not exist (any more).
var ErrNotFound = errors.New("not found")

// conflictTries is how often a join is decided before a storm of conflicts is
// called a server error. Whoever loses to all the take-overs of a minute is decided
// once more, and hears that they are too many.
const conflictTries = meeting.TakeOversAMinute + 2

// smallMeeting is up to how many seats the join answer carries the roster.
const smallMeeting = 10

// Outcome is what a join came to: a verdict and, when let in, the seat.
type Outcome struct {
	AttemptID string
	Verdict   admission.Verdict
	App       *account.App
	Meeting   *meeting.Meeting
	Accepted  *Accepted
}

// repeatable tells whether a repeated joinId gets this answer again: what anybody
// can ask is not remembered, and neither are
// server errors and joins that were cancelled, for the next try may do better.
func (o *Outcome) repeatable() bool {
	d := o.Verdict.Decision
	return o.Accepted != nil || (d != nil && o.Verdict.Believed && d.Code != errcode.ServerError && !d.Cancelled())
}

// Accepted is what an admitted page needs to enter.
type Accepted struct {
	Waiting       bool
	Participant   Participant
	Session       Info
	Snapshot      *Snapshot
	ResumeToken   string
	MediaToken    string
	RealtimeToken string
	Capacity      int
}

// Join decides a join and, if it is let in, takes the seat. The same joinId
// with the same content gets the first answer again within a minute; afterwards, and
// where the answer is not remembered (another node, a restart), it gets the seat that
// it took.
func (s *Service) Join(ctx context.Context, a *admission.Attempt, body []byte) *Outcome {
	if a.Check {
		return s.check(ctx, a)
	}
	if a.JoinID == "" {
		return s.join(ctx, a, "")
	}
	digest := sha256.New()
	digest.Write([]byte(a.JoinID + "\x00"))
	digest.Write(body)
	var key answerKey
	digest.Sum(key[:0])
	if out := s.answers.do(ctx, key, len(body), func() *Outcome { return s.join(ctx, a, key.text()) }); out != nil {
		return out
	}
	// The page went away while it waited for its first answer.
	return &Outcome{AttemptID: s.NewAttemptID(), Verdict: admission.Verdict{Decision: admission.Cancellation()}}
}

// check decides a join and stops there, for a page that asks before it shows its
// devices: no seat is taken and nobody is told. What refuses it is final for the
// page, so it is recorded, and a wrong passcode counts.
func (s *Service) check(ctx context.Context, a *admission.Attempt) *Outcome {
	out := &Outcome{AttemptID: s.NewAttemptID()}
	ctx, stop := context.WithTimeout(ctx, joinTime)
	defer stop()
	a.Digest = s.digest(a)
	verdict, snapshot := s.Gate.Run(ctx, s.Loader, s.Clock.Now(), a)
	if s.Passcodes.judged(ctx, a, snapshot, &verdict) {
		verdict, snapshot = s.Gate.Run(ctx, s.Loader, s.Clock.Now(), a)
	}
	out.Verdict, out.App, out.Meeting = verdict, snapshot.App, snapshot.Meeting
	if verdict.Admitted() {
		return out
	}
	if !stillWaiting(a, &verdict) {
		s.Recorder.Record(Attempted{ID: out.AttemptID, At: s.Clock.Now(), Attempt: a, Verdict: &out.Verdict, App: out.App})
	}
	return out
}

// joinTime is how long deciding a join, taking the seat and gathering what its page
// needs may take. A page waits for 15 seconds, and should hear 4009 before: a storage
// that has begun to take the seat may need some more of them.
const joinTime = 8 * time.Second

// giveBackTime is how long giving a seat back may take while its page waits.
const giveBackTime = 2 * time.Second

func (s *Service) join(ctx context.Context, a *admission.Attempt, request string) *Outcome {
	out := &Outcome{AttemptID: s.NewAttemptID()}
	record := Attempted{ID: out.AttemptID, At: s.Clock.Now(), Attempt: a}
	a.Digest = s.digest(a)
	// A seat that is begun is finished and its answer remembered, even if the
	// page goes away: it asks again under its joinId and must meet no ghost.
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), joinTime)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, joinTime)
	defer stop()
	for try := 0; ; try++ {
		verdict, snapshot := s.Gate.Run(ctx, s.Loader, s.Clock.Now(), a)
		if s.Passcodes.judged(ctx, a, snapshot, &verdict) {
			verdict, snapshot = s.Gate.Run(ctx, s.Loader, s.Clock.Now(), a)
		}
		if ghosted(&verdict) && s.ownGhost(ctx, a, request) {
			// The first answer to this request was lost, not the seat it took.
			verdict, snapshot = s.Gate.Run(ctx, s.Loader, s.Clock.Now(), a)
		}
		out.Verdict, out.App, out.Meeting = verdict, snapshot.App, snapshot.Meeting
		if !verdict.Admitted() {
			break
		}
		if try == 0 {
			if f := s.tooFast(a, &verdict, snapshot); f != nil {
				out.Verdict.Decision = f
				break
			}
		}
		taken, err := s.seat(kept, a, &verdict, snapshot, request)
		if errors.Is(err, ErrConflict) && try+1 < conflictTries {
			s.ownGhost(ctx, a, request)
			continue
		}
		if err == nil {
			s.endDeserted(kept, verdict.Admission.Ends)
			record.SessionID, record.SeatID = taken.Session.ID, taken.Seat.ID
			out.Accepted, err = s.accept(kept, &verdict, snapshot, taken)
		}
		if err != nil {
			out.Accepted = nil
			s.giveBack(ctx, &verdict, &taken.Seat)
			s.Logger.Error("join failed", "attempt", out.AttemptID, "meeting", a.MeetingNumber, "error", err)
			out.Verdict.Decision = admission.ServerFault(err, causeOf(err))
			break
		}
		s.Passcodes.succeeded(kept, a)
		break
	}
	record.Verdict, record.App = &out.Verdict, out.App
	if !stillWaiting(a, &out.Verdict) {
		s.Recorder.Record(record)
	}
	return out
}

// ghosted tells that a join is refused for what its own seat may be the reason of.
func ghosted(v *admission.Verdict) bool {
	if v.Decision == nil {
		return false
	}
	switch v.Decision.Code {
	case errcode.ParticipantExist, errcode.MeetingLocked, errcode.MeetingCapacityReached:
		return true
	}
	return false
}

// ownGhost lets a repeated request take over the seat that it took before, by the
// resume token that its first answer carried, and tells whether there is one. The
// seat is found by a digest of the whole request, with its tokens, so that whoever
// guesses a joinId gets nobody's seat.
func (s *Service) ownGhost(ctx context.Context, a *admission.Attempt, request string) bool {
	if request == "" || a.ResumeToken != "" {
		return false
	}
	seat, err := s.Repository.LiveSeatByRequest(ctx, request)
	if err != nil || seat == nil {
		return false // then the gate's answer stands
	}
	a.ResumeToken = s.resumeToken(seat.ID, seat.Generation)
	return true
}

// giveBack frees a seat that was taken for a page which is then refused all the
// same, so that its next try meets no ghost. A seat that was taken over stays:
// it is the page's own.
func (s *Service) giveBack(ctx context.Context, v *admission.Verdict, seat *meeting.Seat) {
	if seat.ID == "" || v.Admission.Resumes != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveBackTime)
	defer cancel()
	if _, _, err := s.Command(ctx, seat, "seat.leave", nil); err != nil {
		s.Logger.Error("could not release seat; it ends with its lease", "seat", seat.ID, "error", err)
	}
}

// stillWaiting tells a page's repeated question whether the host has come: its
// first one is recorded, and so is what ends the waiting.
func stillWaiting(a *admission.Attempt, v *admission.Verdict) bool {
	return a.WaitID != "" && v.Decision != nil && v.Decision.Code == errcode.MeetingNotStart
}

// causeOf names what failed for a 4009.
func causeOf(err error) string {
	switch {
	case errors.Is(err, errMedia):
		return "media_unavailable"
	case errors.Is(err, ErrConflict):
		return "internal"
	}
	return "storage_unavailable"
}

var errMedia = errors.New("the media server is unavailable")

// seat takes or takes over the seat, and tells the others.
func (s *Service) seat(ctx context.Context, a *admission.Attempt, v *admission.Verdict, snap *admission.Snapshot, request string) (meeting.Taken, error) {
	lease := s.RealTime().Add(s.Times.Lost)
	if old := v.Admission.Resumes; old != nil {
		defer s.ordered(old.SessionID)()
		taken, err := s.Repository.ResumeSeat(ctx, old.ID, old.Generation, lease, a.Digest)
		if errors.Is(err, ErrNotFound) {
			// It was given up, or the session ended, since the gate looked.
			err = ErrConflict
		}
		if err != nil {
			return taken, err
		}
		s.endOlder(&taken.Seat)
		if taken.Seat.State != meeting.SeatWaiting {
			seat, fields := &taken.Seat, back(&taken.Seat)
			if hidden(seat, &taken.Session) {
				s.inform(ctx, &taken.Session, seat.ID, "participant.updated", func(*meeting.Seat) any { return fields })
			} else {
				s.Line.Publish(taken.Session.ID, taken.Session.Revision, "participant.updated", fields)
			}
		}
		return taken, nil
	}
	ask := meeting.TakeSeat{
		Meeting: snap.Meeting, Capacity: v.Admission.Capacity, Exempt: v.Admission.Exempt, Now: s.Clock.Now(),
		Practice: snap.Meeting.Settings.PracticeSession && !snap.Meeting.Settings.Simulive, EndsBy: endsBy(snap, s.Clock.Now()),
		Seat: meeting.Seat{
			ID: s.NewID(), GUID: s.NewID(), MeetingID: snap.Meeting.ID, Name: a.UserName, Email: v.Admission.Email,
			Role: v.Admission.Role, State: meeting.SeatJoined, Marks: v.Admission.Marks, JoinID: a.JoinID, RequestKey: request,
			SeveralDevices: v.Admission.SeveralDevices, Generation: 1, View: a.View, SDKVersion: a.SDKVersion,
			Muted: true, LeaseUntil: lease, JoinedAt: s.Clock.Now(),
			Guest:           snap.ZAK.User == nil || snap.ZAK.User.AccountID != snap.Meeting.AccountID,
			Extras:          meeting.Extras{OriginHost: v.Admission.Role == meeting.RoleHost},
			SignatureDigest: a.Digest,
		},
	}
	ask.Seat.Extras.Origin, ask.Seat.Extras.Network = s.originOf(a)
	if v.Admission.Marks.OBFID != "" && snap.App != nil {
		ask.Seat.Extras.AppName = snap.App.Name
	}
	if own := snap.Resume; own != nil && snap.Session != nil && own.SessionID == snap.Session.ID {
		ask.Seat.Extras.FirstSeat = own.Person()
	}
	if v.Admission.Waiting {
		ask.Seat.State = meeting.SeatWaiting
	}
	if v.Admission.Start {
		ask.Seat.Extras.SignedRole = 1
	}
	if v.Admission.Replaces != nil || v.Admission.GivesUp != nil || snap.Session != nil && ask.Seat.Role == meeting.RoleHost {
		return s.admitNewcomer(ctx, &v.Admission, snap.Session, &ask.Seat)
	}
	lockID := snap.Meeting.ID
	if snap.Session != nil {
		ask.SessionID, ask.GateRevision = snap.Session.ID, snap.Session.GateRevision
		lockID = snap.Session.ID
	} else {
		ask.NewSessionID = s.NewID()
	}
	defer s.ordered(lockID)()
	if ask.SessionID != "" {
		ask.Seat.Extras.Entered = s.Line.Entry(ask.SessionID)
	}
	taken, err := s.Repository.TakeSeat(ctx, ask)
	if err != nil {
		return taken, err
	}
	if ask.NewSessionID == taken.Session.ID {
		s.Logger.Info("session begun", "session", taken.Session.ID, "meeting", snap.Meeting.Number)
	}
	if taken.Session.Seats > 1 {
		s.arrived(ctx, &taken)
	}
	return taken, nil
}

// endsBy is when a session that begins now is ended, whoever is inside: when the
// host's licence says so, and when a simulive webinar has been played.
func endsBy(snap *admission.Snapshot, now time.Time) time.Time {
	var end time.Time
	if snap.Host != nil && snap.Host.Licence.MaxDuration > 0 {
		end = now.Add(snap.Host.Licence.MaxDuration)
	}
	if m := snap.Meeting; m.IsWebinar() && m.Settings.Simulive {
		if start, ok := admission.NextStart(m, now); ok && (end.IsZero() || start.Add(m.Duration).Before(end)) {
			end = start.Add(m.Duration)
		}
	}
	return end
}

// accept gathers what the page needs to enter.
func (s *Service) accept(ctx context.Context, v *admission.Verdict, snap *admission.Snapshot, taken meeting.Taken) (*Accepted, error) {
	seat := &taken.Seat
	acc := &Accepted{
		Waiting: seat.State == meeting.SeatWaiting, Participant: participantOf(seat, true),
		ResumeToken: s.resumeToken(seat.ID, seat.Generation), Capacity: v.Admission.Capacity,
	}
	var err error
	if acc.RealtimeToken, err = s.Line.Token(seat.ID, seat.Generation); err != nil {
		return nil, err
	}
	var seats []*meeting.Seat
	switch {
	case taken.Session.Seats == 1:
		seats = []*meeting.Seat{seat}
	case taken.Session.Seats <= smallMeeting:
		if seats, err = s.Repository.LiveSeats(ctx, taken.Session.ID); err != nil {
			return nil, err
		}
	}
	acc.Session = infoOf(snap.Meeting, &taken.Session, seat, seats)
	if acc.Waiting {
		return acc, nil
	}
	if seats != nil {
		chat, err := s.newestChat(ctx, &taken.Session, seat)
		if err != nil {
			return nil, err
		}
		acc.Snapshot = snapshotOf(snap.Meeting, &taken.Session, seat, seats, 0, chat)
	}
	acc.MediaToken, err = s.mediaToken(ctx, seat, &taken.Session)
	return acc, err
}

func (s *Service) mediaToken(ctx context.Context, seat *meeting.Seat, live *meeting.Session) (string, error) {
	s.warmMedia.Do(func() {
		s.background("", "", "start", s.Media.Start)
	})
	token, err := s.Media.Token(ctx, mediaSeat(seat, live), MediaTokenLife)
	if err != nil {
		return "", errors.Join(errMedia, err)
	}
	return token, nil
}

// mediaSeat is what a seat may do in the media room. The name there is only
// for the media server's own log lines; people see the roster's. Attendees of
// a webinar watch and listen, and speak if they were given the word; until then the
// media server, too, shows them to nobody. Whoever is muted and may not unmute sends
// no sound. A screen is taken of the one who has its place. Its sound may be anything,
// a voice too: it is taken of nobody whom a host has silenced, or who may not send their own.
func mediaSeat(seat *meeting.Seat, live *meeting.Session) media.Seat {
	speaks, conduct := !watches(seat, live.Webinar), &live.Conduct
	sound := (speaks || seat.Extras.Talks) && (unmuted(seat) || mayUnmute(seat, conduct))
	screen := seat.Extras.Shares && speaks && (!conduct.ShareByHosts || isHost(seat))
	return media.Seat{
		Room: seat.SessionID, Identity: seat.ID, Generation: seat.Generation,
		CanPublishMicrophone: sound, CanPublishCamera: speaks,
		CanPublishScreen: screen, CanPublishScreenAudio: screen && sound && !seat.Extras.Silenced, CanSubscribe: true,
		Muted: !unmuted(seat), Hidden: hidden(seat, live),
	}
}
