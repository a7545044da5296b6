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

// ErrConflict is a participant who could not be admitted because the session
// changed since the gate looked; deciding again helps.
var ErrConflict = errors.New("the session changed in the meantime")

// ErrNotFound is something that does not exist (any more).
var ErrNotFound = errors.New("not found")

// conflictTries is how often a join is decided before a storm of conflicts is
// called a server error. Whoever loses to all the take-overs of a minute is decided
// once more, and hears that they are too many.
const conflictTries = meeting.TakeOversPerMinute + 2

// smallMeeting is up to how many participants the join response carries the roster.
const smallMeeting = 10

// Outcome is what a join came to: a verdict and, when admitted, the participant.
type Outcome struct {
	AttemptID string
	Verdict   admission.Verdict
	App       *account.App
	Meeting   *meeting.Meeting
	Accepted  *Accepted
}

// cacheable reports whether a repeated joinId gets this outcome again: what
// anybody can ask is not remembered, and neither are server errors and joins that
// were cancelled, for the next try may do better.
func (o *Outcome) cacheable() bool {
	d := o.Verdict.Decision
	return o.Accepted != nil || (d != nil && o.Verdict.Believed && d.Code != errcode.ServerError && !d.Cancelled())
}

// Accepted is what an admitted page needs to enter.
type Accepted struct {
	Waiting       bool
	Participant   ParticipantView
	Session       Info
	Snapshot      *Snapshot
	ResumeToken   string
	MediaToken    string
	RealtimeToken string
	Capacity      int
}

// Join decides a join and, if it is admitted, adds the participant. The same joinId
// with the same content gets the first response again within a minute; afterwards,
// and where the outcome is not remembered (another node, a restart), it gets the
// participant that it added.
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
	var key cacheKey
	digest.Sum(key[:0])
	if out := s.idempotency.do(ctx, key, len(body), func() *Outcome { return s.join(ctx, a, key.text()) }); out != nil {
		return out
	}
	// The page went away while it waited for its first answer.
	return &Outcome{AttemptID: s.NewAttemptID(), Verdict: admission.Verdict{Decision: admission.Cancellation()}}
}

// check decides a join and stops there, for a page that asks before it shows its
// devices: nobody is admitted and nobody is notified. What refuses it is final for
// the page, so it is recorded, and a wrong passcode counts.
func (s *Service) check(ctx context.Context, a *admission.Attempt) *Outcome {
	out := &Outcome{AttemptID: s.NewAttemptID()}
	ctx, stop := context.WithTimeout(ctx, joinTimeout)
	defer stop()
	a.Digest = s.digest(a)
	verdict, snapshot := s.Gate.Run(ctx, s.Loader, s.Clock.Now(), a)
	if s.PasscodeLimiter.rateLimitedSinceRead(ctx, a, snapshot, &verdict) {
		verdict, snapshot = s.Gate.Run(ctx, s.Loader, s.Clock.Now(), a)
	}
	out.Verdict, out.App, out.Meeting = verdict, snapshot.App, snapshot.Meeting
	if verdict.Admitted() {
		return out
	}
	if !stillWaiting(a, &verdict) {
		s.Recorder.Record(JoinRecord{ID: out.AttemptID, At: s.Clock.Now(), Attempt: a, Verdict: &out.Verdict, App: out.App})
	}
	return out
}

// joinTimeout is how long deciding a join, admitting the participant and gathering
// what its page needs may take. A page waits for 15 seconds, and should hear 4009
// before: a storage that has begun to admit the participant may need some more of
// them.
const joinTimeout = 8 * time.Second

// releaseTimeout is how long releasing a participant may take while its page waits.
const releaseTimeout = 2 * time.Second

func (s *Service) join(ctx context.Context, a *admission.Attempt, request string) *Outcome {
	out := &Outcome{AttemptID: s.NewAttemptID()}
	record := JoinRecord{ID: out.AttemptID, At: s.Clock.Now(), Attempt: a}
	a.Digest = s.digest(a)
	// A join that is begun is finished and its outcome remembered, even if the
	// page goes away: it asks again under its joinId and must meets no stale
	// participant.
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), joinTimeout)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, joinTimeout)
	defer stop()
	for try := 0; ; try++ {
		verdict, snapshot := s.Gate.Run(ctx, s.Loader, s.Clock.Now(), a)
		if s.PasscodeLimiter.rateLimitedSinceRead(ctx, a, snapshot, &verdict) {
			verdict, snapshot = s.Gate.Run(ctx, s.Loader, s.Clock.Now(), a)
		}
		if staleParticipant(&verdict) && s.ownStaleParticipant(ctx, a, request) {
			// The first answer to this request was lost, not the participant it added.
			verdict, snapshot = s.Gate.Run(ctx, s.Loader, s.Clock.Now(), a)
		}
		out.Verdict, out.App, out.Meeting = verdict, snapshot.App, snapshot.Meeting
		if !verdict.Admitted() {
			break
		}
		if try == 0 {
			if f := s.joinRateLimited(a, &verdict, snapshot); f != nil {
				out.Verdict.Decision = f
				break
			}
		}
		admitted, err := s.admit(detached, a, &verdict, snapshot, request)
		if errors.Is(err, ErrConflict) && try+1 < conflictTries {
			s.ownStaleParticipant(ctx, a, request)
			continue
		}
		if err == nil {
			s.endAbandoned(detached, verdict.Admission.Ends)
			record.SessionID, record.ParticipantID = admitted.Session.ID, admitted.Participant.ID
			out.Accepted, err = s.buildAccepted(detached, &verdict, snapshot, admitted)
		}
		if err != nil {
			out.Accepted = nil
			s.release(ctx, &verdict, &admitted.Participant)
			s.Logger.Error("join failed", "attempt", out.AttemptID, "meeting", a.MeetingNumber, "error", err)
			out.Verdict.Decision = admission.ServerFault(err, causeOf(err))
			break
		}
		s.PasscodeLimiter.succeeded(detached, a)
		break
	}
	record.Verdict, record.App = &out.Verdict, out.App
	if !stillWaiting(a, &out.Verdict) {
		s.Recorder.Record(record)
	}
	return out
}

// staleParticipant reports that a join is refused for what its own participant may be the
// reason of.
func staleParticipant(v *admission.Verdict) bool {
	if v.Decision == nil {
		return false
	}
	switch v.Decision.Code {
	case errcode.ParticipantExist, errcode.MeetingLocked, errcode.MeetingCapacityReached:
		return true
	}
	return false
}

// ownStaleParticipant lets a repeated request take over the participant that it added
// before, by the resume token that its first response carried, and reports whether there is
// one. The participant is found by a digest of the whole request, with its tokens, so that
// whoever guesses a joinId gets nobody else's participant.
func (s *Service) ownStaleParticipant(ctx context.Context, a *admission.Attempt, request string) bool {
	if request == "" || a.ResumeToken != "" {
		return false
	}
	participant, err := s.Repository.LiveParticipantByRequest(ctx, request)
	if err != nil || participant == nil {
		return false // then the gate's verdict stands
	}
	a.ResumeToken = s.resumeToken(participant.ID, participant.Generation)
	return true
}

// release frees a participant who was admitted for a page which is then refused
// all the same, so that its next attempt meets no stale participant. A participant
// that was taken over stays: it is the page's own.
func (s *Service) release(ctx context.Context, v *admission.Verdict, participant *meeting.Participant) {
	if participant.ID == "" || v.Admission.Resumes != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if _, _, err := s.Command(ctx, participant, "seat.leave", nil); err != nil {
		s.Logger.Error("could not release participant; it ends with its lease", "participant", participant.ID, "error", err)
	}
}

// stillWaiting reports to a page that asks again whether the host has come: its
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

// admit admits the participant, or takes over an earlier one, and notifies the others.
func (s *Service) admit(ctx context.Context, a *admission.Attempt, v *admission.Verdict, snap *admission.Snapshot, request string) (meeting.Admitted, error) {
	lease := s.RealTime().Add(s.Times.Lost)
	if old := v.Admission.Resumes; old != nil {
		defer s.lockSession(old.SessionID)()
		admitted, err := s.Repository.ResumeParticipant(ctx, old.ID, old.Generation, lease, a.Digest)
		if errors.Is(err, ErrNotFound) {
			// It was given up, or the session ended, since the gate looked.
			err = ErrConflict
		}
		if err != nil {
			return admitted, err
		}
		s.disconnectOlder(&admitted.Participant)
		if admitted.Participant.State != meeting.ParticipantWaiting {
			participant, fields := &admitted.Participant, reconnectedFields(&admitted.Participant)
			if hidden(participant, &admitted.Session) {
				s.notifyPresenters(ctx, &admitted.Session, participant.ID, "participant.updated", func(*meeting.Participant) any { return fields })
			} else {
				s.Channel.Publish(admitted.Session.ID, admitted.Session.Revision, "participant.updated", fields)
			}
		}
		return admitted, nil
	}
	ask := meeting.AdmitRequest{
		Meeting: snap.Meeting, Capacity: v.Admission.Capacity, Exempt: v.Admission.Exempt, Now: s.Clock.Now(),
		Practice: snap.Meeting.Settings.PracticeSession && !snap.Meeting.Settings.Simulive, EndsBy: endsBy(snap, s.Clock.Now()),
		Participant: meeting.Participant{
			ID: s.NewID(), GUID: s.NewID(), MeetingID: snap.Meeting.ID, Name: a.UserName, Email: v.Admission.Email,
			Role: v.Admission.Role, State: meeting.ParticipantJoined, Claims: v.Admission.Claims, JoinID: a.JoinID, RequestKey: request,
			AllowMultipleDevices: v.Admission.AllowMultipleDevices, Generation: 1, View: a.View, SDKVersion: a.SDKVersion,
			Muted: true, LeaseUntil: lease, JoinedAt: s.Clock.Now(),
			Guest:           snap.ZAK.User == nil || snap.ZAK.User.AccountID != snap.Meeting.AccountID,
			Flags:           meeting.ParticipantFlags{OriginHost: v.Admission.Role == meeting.RoleHost},
			SignatureDigest: a.Digest,
		},
	}
	ask.Participant.Flags.Origin, ask.Participant.Flags.Network = s.originOf(a)
	if v.Admission.Claims.OBFID != "" && snap.App != nil {
		ask.Participant.Flags.AppName = snap.App.Name
	}
	if own := snap.Resume; own != nil && snap.Session != nil && own.SessionID == snap.Session.ID {
		ask.Participant.Flags.FirstParticipantID = own.OriginalID()
	}
	if v.Admission.Waiting {
		ask.Participant.State = meeting.ParticipantWaiting
	}
	if v.Admission.Start {
		ask.Participant.Flags.SignedRole = 1
	}
	if v.Admission.Replaces != nil || v.Admission.Leaves != nil || snap.Session != nil && ask.Participant.Role == meeting.RoleHost {
		return s.admitNewcomer(ctx, &v.Admission, snap.Session, &ask.Participant)
	}
	lockID := snap.Meeting.ID
	if snap.Session != nil {
		ask.SessionID, ask.GateRevision = snap.Session.ID, snap.Session.GateRevision
		lockID = snap.Session.ID
	} else {
		ask.NewSessionID = s.NewID()
	}
	defer s.lockSession(lockID)()
	if ask.SessionID != "" {
		ask.Participant.Flags.Entered = s.Channel.Position(ask.SessionID)
	}
	admitted, err := s.Repository.Admit(ctx, ask)
	if err != nil {
		return admitted, err
	}
	if ask.NewSessionID == admitted.Session.ID {
		s.Logger.Info("session begun", "session", admitted.Session.ID, "meeting", snap.Meeting.Number)
	}
	if admitted.Session.Participants > 1 {
		s.announceArrival(ctx, &admitted)
	}
	return admitted, nil
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

// buildAccepted gathers what the page needs to enter.
func (s *Service) buildAccepted(ctx context.Context, v *admission.Verdict, snap *admission.Snapshot, admitted meeting.Admitted) (*Accepted, error) {
	participant := &admitted.Participant
	acc := &Accepted{
		Waiting: participant.State == meeting.ParticipantWaiting, Participant: viewOf(participant, true),
		ResumeToken: s.resumeToken(participant.ID, participant.Generation), Capacity: v.Admission.Capacity,
	}
	var err error
	if acc.RealtimeToken, err = s.Channel.Token(participant.ID, participant.Generation); err != nil {
		return nil, err
	}
	var participants []*meeting.Participant
	switch {
	case admitted.Session.Participants == 1:
		participants = []*meeting.Participant{participant}
	case admitted.Session.Participants <= smallMeeting:
		if participants, err = s.Repository.LiveParticipants(ctx, admitted.Session.ID); err != nil {
			return nil, err
		}
	}
	acc.Session = infoOf(snap.Meeting, &admitted.Session, participant, participants)
	if acc.Waiting {
		return acc, nil
	}
	if participants != nil {
		chat, err := s.newestChat(ctx, &admitted.Session, participant)
		if err != nil {
			return nil, err
		}
		acc.Snapshot = snapshotOf(snap.Meeting, &admitted.Session, participant, participants, 0, chat)
	}
	acc.MediaToken, err = s.mediaToken(ctx, participant, &admitted.Session)
	return acc, err
}

func (s *Service) mediaToken(ctx context.Context, participant *meeting.Participant, live *meeting.Session) (string, error) {
	s.warmMedia.Do(func() {
		s.background("", "", "start", s.Media.Start)
	})
	token, err := s.Media.Token(ctx, mediaGrant(participant, live), MediaTokenLife)
	if err != nil {
		return "", errors.Join(errMedia, err)
	}
	return token, nil
}

// mediaGrant is what a participant may do in the media room. The name there is only for the
// media server's own log lines; people see the roster's. Attendees of a webinar watch and
// listen, and speak if they were allowed to talk; until then the media server, too, shows
// them to nobody. Whoever is muted and may not unmute sends no sound. A screen is taken of
// the one who has its place. Its sound may be anything, a voice too: it is taken of nobody
// whom a host has silenced, or who may not send their own.
func mediaGrant(participant *meeting.Participant, live *meeting.Session) media.Grant {
	speaks, policy := !isAudience(participant, live.Webinar), &live.Policy
	sound := (speaks || participant.Flags.AllowedToTalk) && (isUnmuted(participant) || mayUnmute(participant, policy))
	screen := participant.Flags.HoldsShare && speaks && (!policy.HostsOnlyShare || hasHostRights(participant))
	return media.Grant{
		Room: participant.SessionID, Identity: participant.ID, Generation: participant.Generation,
		CanPublishMicrophone: sound, CanPublishCamera: speaks,
		CanPublishScreen: screen, CanPublishScreenAudio: screen && sound && !participant.Flags.MutedByHost, CanSubscribe: true,
		Muted: !isUnmuted(participant), Hidden: hidden(participant, live),
	}
}
