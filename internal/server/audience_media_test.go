package server_test

import (
	"context"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/internal/rogue"
)

func TestTheMediaServerHidesTheAudience(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	number := s.AddMeeting(anteroomtest.Meeting{Topic: "Lecture", Webinar: true}).Number
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	join := func(as anteroomtest.Join) (*page, *rogue.Media, anteroomtest.JoinResponse) {
		as.Meeting = number
		p, response := enter(t, s, as)
		m, err := rogue.JoinMedia(ctx, response.Media.URL, response.Media.Token)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.Close)
		return p, m, response
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	hears := func(m *rogue.Media, track *rogue.Track) {
		t.Helper()
		_, err := m.Hears(ctx, track.ID, 5)
		must(err)
	}
	host, hostMedia, _ := join(anteroomtest.Join{Role: 1, ZAK: s.HostZAK(), Email: "host@test.example"})
	_, guest, _ := join(anteroomtest.Join{Name: "Guest", Email: "guest@test.example", Device: "guest's"})
	_, otto, response := join(anteroomtest.Join{Name: "Otto", Email: "otto@test.example", Device: "otto's"})
	id, ottos := response.Participant.UserID, otto.Joined.GetParticipant().GetIdentity()

	// What the host sends reaches the audience, of whom nobody is notified: not
	// each other, and not the host's page, which has its list from the control
	// channel.
	voice, err := hostMedia.Publish(ctx, lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	must(err)
	hears(guest, voice)
	hears(otto, voice)
	for name, m := range map[string]*rogue.Media{"the guest": guest, "Otto": otto} {
		if people := m.People(); len(people) != 1 {
			t.Errorf("%s is notified of %v, not of the host alone", name, people)
		}
	}
	if people := hostMedia.People(); len(people) != 0 {
		t.Errorf("the host's page is notified of %v", people)
	}

	// Who may talk is announced to, and heard by everybody.
	host.command("seat.talk", fields{"userId": id, "allowed": true})
	must(guest.Sees(ctx, func(people map[string]*lk.ParticipantInfo) bool { return people[ottos] != nil }))
	question, err := otto.Publish(ctx, lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false)
	must(err)
	hears(guest, question)
	hears(hostMedia, question)

	// With the right goes the track. LiveKit reports no more of who is hidden.
	host.command("seat.talk", fields{"userId": id, "allowed": false})
	must(guest.Sees(ctx, func(people map[string]*lk.ParticipantInfo) bool { return len(people[ottos].GetTracks()) == 0 }))
	must(otto.Permitted(ctx, func(rights *lk.ParticipantPermission) bool { return rights.GetHidden() }))
	_, late, _ := join(anteroomtest.Join{Name: "Late", Email: "late@test.example", Device: "late's"})
	if people := late.People(); len(people) != 1 {
		t.Errorf("somebody who comes later is notified of %v, not of the host alone", people)
	}

	// Panelists are seen by all.
	host.command("seat.role", fields{"userId": id, "role": "panelist"})
	must(late.Sees(ctx, func(people map[string]*lk.ParticipantInfo) bool { return people[ottos] != nil }))
	camera, err := otto.Publish(ctx, lk.TrackType_VIDEO, lk.TrackSource_CAMERA, false)
	must(err)
	hears(late, camera)
}
