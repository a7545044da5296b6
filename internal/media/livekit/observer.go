package livekit

import (
	"context"

	lk "github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/observability/roomobs"
	"github.com/livekit/protocol/webhook"

	"github.com/anteroom/anteroom/internal/media"
)

// observer stands where LiveKit would queue webhooks and analytics, and hears of
// everything in the embedded rooms: without HTTP, and so without loss.
type observer struct {
	track *tracker
	emit  func(...media.Event)
}

// changes turns a webhook event into what it changes.
func changes(t *tracker, e *lk.WebhookEvent) []media.Event {
	room := e.GetRoom().GetName()
	p := e.GetParticipant()
	switch e.GetEvent() {
	case webhook.EventParticipantJoined:
		return t.joined(room, p)
	case webhook.EventParticipantLeft:
		return t.left(room, p)
	case webhook.EventParticipantConnectionAborted:
		return t.aborted(room, p)
	case webhook.EventTrackPublished:
		return t.published(room, p.GetSid(), e.GetTrack())
	case webhook.EventTrackUnpublished:
		return t.unpublished(room, p.GetSid(), e.GetTrack().GetSid())
	case webhook.EventRoomFinished:
		return t.closed(room)
	}
	return nil
}

// QueueNotify implements LiveKit's webhook.QueuedNotifier.
func (o *observer) QueueNotify(_ context.Context, e *lk.WebhookEvent, _ ...webhook.NotifyOption) error {
	o.emit(changes(o.track, e)...)
	return nil
}

// SendEvent implements LiveKit's telemetry.AnalyticsService. Only mutes are taken
// from here, webhooks do not tell them.
func (o *observer) SendEvent(_ context.Context, e *lk.AnalyticsEvent) {
	switch e.GetType() {
	case lk.AnalyticsEventType_TRACK_MUTED:
		o.emit(o.track.muted(e.GetRoom().GetName(), e.GetParticipantId(), e.GetTrack(), true)...)
	case lk.AnalyticsEventType_TRACK_UNMUTED:
		o.emit(o.track.muted(e.GetRoom().GetName(), e.GetParticipantId(), e.GetTrack(), false)...)
	}
}

// The rest of the two interfaces has nothing to tell.

func (o *observer) RegisterProcessedHook(func(context.Context, *lk.WebhookInfo)) {}

func (o *observer) SetKeys(string, string) {}

func (o *observer) SetFilter(webhook.FilterParams) {}

func (o *observer) Stop(bool) {}

func (o *observer) SendStats(context.Context, []*lk.AnalyticsStat) {}

func (o *observer) SendNodeRoomStates(context.Context, *lk.AnalyticsNodeRooms) {}

func (o *observer) RoomProjectReporter(context.Context) roomobs.ProjectReporter {
	return roomobs.NewNoopProjectReporter()
}
