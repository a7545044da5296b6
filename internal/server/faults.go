package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/anteroom/anteroom/internal/admission"
	"github.com/anteroom/anteroom/internal/fault"
	"github.com/anteroom/anteroom/internal/httpapi"
	"github.com/anteroom/anteroom/internal/media"
	"github.com/anteroom/anteroom/internal/meeting"
	"github.com/anteroom/anteroom/internal/realtime"
	"github.com/anteroom/anteroom/internal/session"
	"github.com/anteroom/anteroom/internal/store"
)

// faults are the faults of development mode: they stand between the parts of
// the server and answer in place of what they hit. There are none in
// production mode.
type faults struct {
	set   *fault.Set
	store *store.Store
	// engine is the media engine itself, without faults in front.
	engine  media.Engine
	channel *controlChannel
}

// The methods in front of the parts answer the part itself where there are no
// faults.

func (f *faults) inSessions(s *session.Service) httpapi.Sessions {
	if f == nil {
		return s
	}
	return faultySessions{s, f}
}

func (f *faults) inLoader(l admission.Loader) admission.Loader {
	if f == nil {
		return l
	}
	return faultyLoader{l, f}
}

func (f *faults) inMedia(e media.Engine) media.Engine {
	if f == nil {
		return e
	}
	return media.Interceptor(e, f.media)
}

func (f *faults) inChannel(b realtime.Backend) realtime.Backend {
	if f == nil {
		return b
	}
	return faultyBackend{b, f}
}

// joinFault is what the faults know of the join that a context belongs to.
type joinFault struct {
	meeting, id string
	asked       bool // the storage, once
}

type joinFaultKey struct{}

func (j *joinFault) event() fault.Event { return fault.Event{MeetingNumber: j.meeting, Key: j.id} }

// faultySessions are the meetings as the HTTP face asks them.
type faultySessions struct {
	*session.Service
	faults *faults
}

// Join implements httpapi.Sessions.
func (s faultySessions) Join(ctx context.Context, a *admission.Attempt, body []byte) *session.Outcome {
	if !s.faults.set.Any() {
		return s.Service.Join(ctx, a, body)
	}
	j := &joinFault{meeting: a.MeetingNumber, id: a.JoinID}
	if hit := s.faults.set.Take(fault.Join, j.event); hit != nil {
		err := hit.Act(ctx)
		switch {
		case errors.Is(err, fault.ErrDropped):
			panic(http.ErrAbortHandler)
		case err != nil:
			out := &session.Outcome{
				AttemptID: s.NewAttemptID(), Verdict: admission.Verdict{Decision: admission.ServerFault(err, "internal")},
			}
			s.Recorder.Record(session.JoinRecord{ID: out.AttemptID, At: s.Clock.Now(), Attempt: a, Verdict: &out.Verdict})
			return out
		}
	}
	return s.Service.Join(context.WithValue(ctx, joinFaultKey{}, j), a, body)
}

// faultyLoader is the storage as the gate asks it.
type faultyLoader struct {
	admission.Loader
	faults *faults
}

// App implements admission.Loader.
func (l faultyLoader) App(ctx context.Context, key string) (facts admission.AppFacts, err error) {
	if err := l.faults.storage(ctx); err != nil {
		return facts, err
	}
	return l.Loader.App(ctx, key)
}

// Resume implements admission.Loader.
func (l faultyLoader) Resume(ctx context.Context, token string) (*meeting.Participant, error) {
	if err := l.faults.storage(ctx); err != nil {
		return nil, err
	}
	return l.Loader.Resume(ctx, token)
}

// Load implements admission.Loader.
func (l faultyLoader) Load(ctx context.Context, r admission.LoadRequest) (*admission.Snapshot, error) {
	if err := l.faults.storage(ctx); err != nil {
		return nil, err
	}
	return l.Loader.Load(ctx, r)
}

// storage lets a fault hit a join's first question to the storage. No lock is
// held there, so that others do not wait.
func (f *faults) storage(ctx context.Context) error {
	if !f.set.Any() {
		return nil
	}
	j, ok := ctx.Value(joinFaultKey{}).(*joinFault)
	if !ok || j.asked {
		return nil
	}
	j.asked = true
	if hit := f.set.Take(fault.Store, j.event); hit != nil {
		return hit.Act(ctx)
	}
	return nil
}

// media comes before the operations of the media engine; see media.Interceptor.
func (f *faults) media(ctx context.Context, op media.Op, room, identity string) error {
	// A participant's second check, once it is inside, comes from no request and is not a
	// connection attempt.
	connect := op == media.OpConnect && ctx.Value(http.ServerContextKey) != nil
	if !f.set.Any() || (op != media.OpToken && !connect) {
		return nil
	}
	event := func() fault.Event {
		e := f.participantOf(ctx, identity)
		if j, ok := ctx.Value(joinFaultKey{}).(*joinFault); ok {
			e.Key = j.id
		}
		return e
	}
	if connect {
		if hit := f.set.Take(fault.Packets, event); hit != nil {
			return hit.Act(ctx)
		}
	}
	if hit := f.set.Take(fault.Media, event); hit != nil {
		return hit.Act(ctx)
	}
	return nil
}

// participantOf says which meeting a participant is in, and under which number. A
// participant that cannot be read is in none.
func (f *faults) participantOf(ctx context.Context, participantID string) fault.Event {
	participant, err := f.store.Participant(ctx, participantID)
	if err != nil {
		return fault.Event{}
	}
	m, err := f.store.Meeting(ctx, participant.MeetingID)
	if err != nil {
		return fault.Event{}
	}
	return fault.Event{MeetingNumber: m.Number, UserID: participant.UserID}
}

// faultyBackend is the meetings as the control channel asks them.
type faultyBackend struct {
	realtime.Backend
	faults *faults
}

func (b faultyBackend) hit(ctx context.Context, participantID string) error {
	hit := b.faults.set.Take(fault.Realtime, func() fault.Event { return b.faults.participantOf(ctx, participantID) })
	if hit == nil {
		return nil
	}
	err := hit.Act(ctx)
	if errors.Is(err, fault.ErrDropped) {
		return realtime.ErrDisconnect
	}
	return err
}

// Connect implements realtime.Backend.
func (b faultyBackend) Connect(ctx context.Context, ref realtime.ParticipantRef) (participant realtime.Participant, err error) {
	if err := b.hit(ctx, ref.ParticipantID); err != nil {
		return participant, err
	}
	return b.Backend.Connect(ctx, ref)
}

// Confirm implements realtime.Backend.
func (b faultyBackend) Confirm(ctx context.Context, ref realtime.ParticipantRef) error {
	if err := b.hit(ctx, ref.ParticipantID); err != nil {
		return err
	}
	return b.Backend.Confirm(ctx, ref)
}

// Snapshot implements realtime.Backend.
func (b faultyBackend) Snapshot(ctx context.Context, participant realtime.Participant, data json.RawMessage) (json.RawMessage, error) {
	if err := b.hit(ctx, participant.ID); err != nil {
		return nil, err
	}
	return b.Backend.Snapshot(ctx, participant, data)
}

// Command implements realtime.Backend.
func (b faultyBackend) Command(ctx context.Context, participant realtime.Participant, c realtime.Command) (result realtime.Result, err error) {
	if err := b.hit(ctx, participant.ID); err != nil {
		return result, err
	}
	return b.Backend.Command(ctx, participant, c)
}

// Add implements httpapi.Faults.
func (f *faults) Add(ctx context.Context, in httpapi.FaultRequest) (httpapi.FaultView, error) {
	spec := fault.Spec{
		Point: fault.Point(in.Point), Kind: fault.Kind(in.Kind), MeetingNumber: in.MeetingNumber, Delay: in.Delay,
	}
	switch {
	case in.Count != nil && *in.Count == 0:
		return httpapi.FaultView{}, field("count", "must be at least 1")
	case in.Count != nil:
		spec.Count = *in.Count
	case spec.Point != fault.Packets:
		spec.Count = 1
	}
	if in.UserID != nil {
		spec.UserID = int64(*in.UserID)
		if spec.UserID == 0 {
			return httpapi.FaultView{}, field("userId", "must be the number of a participant")
		}
	}
	problems := &httpapi.FieldErrors{}
	for _, p := range spec.Check() {
		problems.Errors = append(problems.Errors, httpapi.FieldError(p))
	}
	if len(problems.Errors) > 0 {
		return httpapi.FaultView{}, problems
	}
	if spec.MeetingNumber != "" {
		_, err := f.store.MeetingByNumber(ctx, spec.MeetingNumber)
		if errors.Is(err, store.ErrNotFound) {
			return httpapi.FaultView{}, field("meetingNumber", "there is no meeting with this number")
		}
		if err != nil {
			return httpapi.FaultView{}, err
		}
	}
	if spec.Point == fault.Packets {
		return f.addPackets(ctx, spec)
	}
	view, err := f.set.Add(spec, nil)
	if err != nil {
		return httpapi.FaultView{}, field("point", err.Error())
	}
	if spec.Point == fault.Realtime && spec.Kind == fault.Drop {
		f.disconnectPages(ctx, view.ID)
	}
	return viewOf(view), nil
}

// disconnectPages closes the connections that a fresh fault means.
func (f *faults) disconnectPages(ctx context.Context, id string) {
	for _, participantID := range f.channel.Connected() {
		if hit := f.set.TakeOf(id, f.participantOf(ctx, participantID)); hit != nil {
			_ = hit.Act(ctx)
			f.channel.hub.Disconnect(participantID)
		}
	}
}

// List implements httpapi.Faults.
func (f *faults) List() []httpapi.FaultView {
	out := []httpapi.FaultView{}
	for _, v := range f.set.List() {
		out = append(out, viewOf(v))
	}
	return out
}

// Remove implements httpapi.Faults.
func (f *faults) Remove(id string) bool { return f.set.Remove(id) }

// Clear implements httpapi.Faults.
func (f *faults) Clear() { f.set.Clear() }

func viewOf(v fault.View) httpapi.FaultView {
	out := httpapi.FaultView{
		ID: v.ID, Point: string(v.Point), Kind: string(v.Kind), MeetingNumber: v.MeetingNumber, UserID: v.UserID,
	}
	if v.Count > 0 {
		out.Count, out.Remaining = &v.Count, &v.Remaining
	}
	if v.Delay > 0 {
		out.Delay = v.Delay.String()
	}
	return out
}
