package server

import (
	"context"

	"github.com/anteroom/anteroom/internal/fault"
	"github.com/anteroom/anteroom/internal/httpapi"
	"github.com/anteroom/anteroom/internal/media"
)

// addPackets makes a fault that loses media packets. Those who are inside lose
// theirs at once; who connects to the media proxy while it is active is refused
// there, see faults.media, and so needs no look at the packets.
func (f *faults) addPackets(ctx context.Context, spec fault.Spec) (httpapi.FaultView, error) {
	dropper, ok := f.engine.(media.PacketDropper)
	if !ok {
		return httpapi.FaultView{}, field("point", "packet loss needs the embedded media engine")
	}
	m, err := f.store.MeetingByNumber(ctx, spec.MeetingNumber)
	if err != nil {
		return httpapi.FaultView{}, err
	}
	live, err := f.store.LiveSession(ctx, m.ID)
	if err != nil {
		return httpapi.FaultView{}, err
	}
	restore := make(chan func(), 1)
	view, err := f.set.Add(spec, func() {
		if undo := <-restore; undo != nil {
			undo()
		}
	})
	if err != nil {
		return httpapi.FaultView{}, field("point", err.Error())
	}
	var undo func()
	if live != nil {
		undo, err = f.dropPackets(ctx, dropper, live.ID, view)
	}
	restore <- undo
	if err != nil {
		f.set.Remove(view.ID)
		return httpapi.FaultView{}, err
	}
	return viewOf(view), nil
}

func (f *faults) dropPackets(ctx context.Context, dropper media.PacketDropper, sessionID string, view fault.View) (func(), error) {
	identity := ""
	if view.UserID != 0 {
		participants, err := f.store.LiveParticipants(ctx, sessionID)
		if err != nil {
			return nil, err
		}
		for _, participant := range participants {
			if participant.UserID == view.UserID {
				identity = participant.ID
			}
		}
		if identity == "" {
			return nil, field("userId", "there is no participant with this number in the meeting")
		}
	}
	event := fault.Event{MeetingNumber: view.MeetingNumber, UserID: view.UserID}
	restore, err := dropper.DropPackets(sessionID, identity, func() bool {
		if view.Count == 0 {
			return true
		}
		hit := f.set.TakeOf(view.ID, event)
		if hit == nil {
			return false
		}
		_ = hit.Act(context.Background())
		return true
	})
	if err != nil {
		return nil, field("point", err.Error())
	}
	return restore, nil
}
