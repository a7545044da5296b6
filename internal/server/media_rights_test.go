package server_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/internal/rogue"
)

// mediaFixture is the media of a meeting: who speaks or shares, and who listens.
type mediaFixture struct {
	t        *testing.T
	ctx      context.Context
	speaker  *rogue.Media
	listener *rogue.Media
	// camera is the speaker's: its packets tell how much of the sound there would be.
	camera *rogue.Track
}

func newMediaFixture(t *testing.T, speaker, listener anteroomtest.JoinResponse) *mediaFixture {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	f := &mediaFixture{t: t, ctx: ctx}
	f.speaker, f.listener = f.connect(speaker), f.connect(listener)
	f.camera = f.publish(lk.TrackType_VIDEO, lk.TrackSource_CAMERA)
	return f
}

func (f *mediaFixture) connect(a anteroomtest.JoinResponse) *rogue.Media {
	f.t.Helper()
	m, err := rogue.JoinMedia(f.ctx, a.Media.URL, a.Media.Token)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(m.Close)
	return m
}

func (f *mediaFixture) publish(kind lk.TrackType, source lk.TrackSource) *rogue.Track {
	f.t.Helper()
	track, err := f.speaker.Publish(f.ctx, kind, source, false)
	if err != nil {
		f.t.Fatal(err)
	}
	return track
}

func (f *mediaFixture) expectPackets(track *rogue.Track) {
	f.t.Helper()
	if _, err := f.listener.Hears(f.ctx, track.ID, f.listener.Heard(track.ID)+5); err != nil {
		f.t.Fatal(err)
	}
}

// expectNoPackets waits for half a second without the track; what was under way still arrives.
func (f *mediaFixture) expectNoPackets(track *rogue.Track, when string) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.ctx, 15*time.Second)
	defer cancel()
	for before := -1; before != f.listener.Heard(track.ID); {
		before = f.listener.Heard(track.ID)
		if _, err := f.listener.Hears(ctx, f.camera.ID, f.listener.Heard(f.camera.ID)+25); err != nil {
			f.t.Fatalf("sound goes on %s: %v", when, err)
		}
	}
}

func (f *mediaFixture) expectRefusal(kind lk.TrackType, source lk.TrackSource, when string) {
	f.t.Helper()
	var no *rogue.NotAllowedError
	if _, err := f.speaker.AddTrack(f.ctx, kind, source, false); !errors.As(err, &no) {
		f.t.Errorf("%s %s: %v", source, when, err)
	}
}

// expectEnd waits for the end of the speaker's connection.
func (f *mediaFixture) expectEnd(when string) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.ctx, 10*time.Second)
	defer cancel()
	if _, _, err := f.speaker.Ended(ctx); err != nil {
		f.t.Errorf("media go on %s: %v", when, err)
	}
}

// visible is what the roster says of somebody's sound and pictures.
func (p *page) visible(userID int64) (muted, videoOn, sharing bool) {
	p.t.Helper()
	for _, one := range p.snapshot().Participants {
		if one.UserID == userID {
			return one.Muted, one.VideoOn, one.Sharing
		}
	}
	p.t.Fatalf("%d is not in the roster", userID)
	return false, false, false
}

func TestTheSoundOfAScreenIsNoWayAroundAMute(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Review"})
	_, listens := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Listener", Device: "listener's"})
	f := newMediaFixture(t, response, listens)
	id := response.Participant.UserID
	const sound, screenSound = lk.TrackType_AUDIO, lk.TrackSource_SCREEN_SHARE_AUDIO

	// Who has muted themselves may share a screen with its sound.
	guest.command("seat.share", nil)
	screen := f.publish(lk.TrackType_VIDEO, lk.TrackSource_SCREEN_SHARE)
	voice := f.publish(sound, screenSound)
	guest.command("seat.media", fields{"audioOn": true, "muted": true, "sharing": true})
	f.expectPackets(voice)

	// A host's mute ends it, and leaves the picture.
	host.command("seat.mute", fields{"userId": id, "muted": true})
	f.expectNoPackets(voice, "after the host's mute")
	f.expectRefusal(sound, screenSound, "after the host's mute")
	f.expectPackets(screen)

	// It may come back once they have unmuted themselves, of which everybody is
	// notified.
	guest.command("seat.mute", fields{"muted": false})
	guest.command("seat.mute", fields{"muted": true})
	voice = f.publish(sound, screenSound)
	f.expectPackets(voice)
	host.command("session.mute_all", nil)
	f.expectNoPackets(voice, "after everybody was muted")
	f.expectRefusal(sound, screenSound, "after everybody was muted")

	// Where nobody may unmute, no screen has sound, whoever asks for it again.
	guest.command("seat.mute", fields{"muted": false})
	guest.command("seat.mute", fields{"muted": true})
	voice = f.publish(sound, screenSound)
	f.expectPackets(voice)
	host.command("session.rules", fields{"unmuteAllowed": false})
	f.expectNoPackets(voice, "where nobody may unmute")
	guest.command("seat.share", nil)
	f.expectRefusal(sound, screenSound, "where nobody may unmute")
	f.expectPackets(screen)
}

func TestADepartingParticipantIsNotHeard(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Review"})
	_, listens := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Listener", Device: "listener's"})
	f := newMediaFixture(t, response, listens)
	id := response.Participant.UserID
	voice := f.publish(lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE)
	f.expectPackets(voice)
	s.Post("/sdk/v1/goodbye", []byte(`{"resumeToken":"`+response.ResumeToken+`"}`))
	f.expectEnd("after the departure")
	if got, err := rogue.Validate(f.ctx, strings.Replace(response.Media.URL, "ws", "http", 1), response.Media.Token); err != nil || got != 403 {
		t.Errorf("the proxy returns somebody who has announced its departure with %d, error %v", got, err)
	}

	// Back without a word they are shown muted, and heard only once they are shown so.
	if code := guest.connect(); code != 0 {
		t.Fatalf("closed with %d", code)
	}
	if muted, _, _ := host.visible(id); !muted {
		t.Error("shown unmuted")
	}
	f.speaker = f.connect(response)
	voice = f.publish(lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE)
	host.awaitText("participant.updated", fmt.Sprintf(`"userId":%d`, id), `"muted":false`)
	f.expectPackets(voice)
}

func TestWhoIsHeardAgainIsShownSo(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Review"})
	_, listens := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Listener", Device: "listener's"})
	f := newMediaFixture(t, response, listens)
	id := response.Participant.UserID
	voice := f.publish(lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE)
	f.expectPackets(voice)
	says := func(words ...string) {
		t.Helper()
		host.awaitText("participant.updated", append(words, fmt.Sprintf(`"userId":%d`, id))...)
	}
	says(`"muted":false`)

	// Nothing is sent while the line breaks, and something soon after.
	voice.Stop()
	f.camera.Stop()
	time.Sleep(time.Second)
	guest.cut()
	says(`"mediaLost":true`, `"muted":true`)
	camera := f.publish(lk.TrackType_VIDEO, lk.TrackSource_CAMERA)
	f.expectPackets(camera)
	says(`"mediaLost":false`, `"muted":false`, `"audioOn":true`)
	if code := guest.connect(); code != 0 {
		t.Fatalf("closed with %d", code)
	}
	if muted, _, _ := host.visible(id); muted {
		t.Error("shown muted, with a microphone that was never closed")
	}
}

func TestTheMediaOfAnOlderPageEnd(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	host, listens := enter(t, s, anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
	user := s.AddUser(anteroomtest.User{Email: "ursula@test.example"})
	signedIn := anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(user.ID, time.Hour), Name: "Ursula", Device: "u"}
	for _, tt := range []struct {
		name  string
		event string
		join  anteroomtest.Join
		again func(first anteroomtest.JoinResponse) anteroomtest.Join
	}{
		{"by the same person", "participants.updated", signedIn, func(anteroomtest.JoinResponse) anteroomtest.Join { return signedIn }},
		{"by a reload", "participant.updated", anteroomtest.Join{Meeting: room.Number, Name: "Ann", Device: "a"}, func(first anteroomtest.JoinResponse) anteroomtest.Join {
			return anteroomtest.Join{Meeting: room.Number, Name: "Ann", Device: "a", ResumeToken: first.ResumeToken}
		}},
	} {
		older, first := enter(t, s, tt.join)
		f := newMediaFixture(t, first, listens)
		older.command("seat.share", nil)
		older.command("seat.media", fields{"audioOn": true, "muted": false, "videoOn": true, "sharing": true})
		f.expectPackets(f.publish(lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE))
		f.expectPackets(f.publish(lk.TrackType_VIDEO, lk.TrackSource_SCREEN_SHARE))

		newer, again := enter(t, s, tt.again(first))
		if again.Participant.UserID != first.Participant.UserID {
			t.Fatalf("%s: another participant: %s", tt.name, again.Body)
		}
		f.expectEnd("of a page that was taken over " + tt.name)
		if muted, videoOn, sharing := host.visible(first.Participant.UserID); !muted || videoOn || sharing {
			t.Errorf("taken over %s, shown muted %v, with a camera %v, sharing %v", tt.name, muted, videoOn, sharing)
		}
		host.awaitText(tt.event, fmt.Sprintf(`"userId":%d`, first.Participant.UserID), `"muted":true`, `"sharing":false`)
		// The right to the screen was the older page's.
		f.speaker = f.connect(again)
		f.expectRefusal(lk.TrackType_VIDEO, lk.TrackSource_SCREEN_SHARE, "without asking, taken over "+tt.name)
		newer.refused("seat.media", fields{"sharing": true}, 1004)
		// The newer page is not taken for the older one.
		f.camera = f.publish(lk.TrackType_VIDEO, lk.TrackSource_CAMERA)
		f.expectPackets(f.camera)
	}
}

func TestSharingIsGivenByAskingAlone(t *testing.T) {
	t.Parallel()
	s, room, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Review"})
	other, second := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Other", Device: "o"})
	f := newMediaFixture(t, response, second)
	const picture, screen = lk.TrackType_VIDEO, lk.TrackSource_SCREEN_SHARE
	guest.refused("seat.media", fields{"sharing": true}, 1004)
	f.expectRefusal(picture, screen, "without asking")
	guest.command("seat.share", nil)
	first := f.publish(picture, screen)
	f.expectPackets(first)
	// The one who has the place need not say so, and nobody else gets it by saying so.
	other.refused("seat.media", fields{"sharing": true}, 1004)
	guest.command("seat.media", fields{"sharing": true})
	other.refused("seat.share", nil, 1004)
	host.refused("seat.media", fields{"sharing": true}, 1004)

	// Several at a time, and one again: the others' end.
	host.command("session.rules", fields{"severalSharers": true})
	host.command("seat.share", nil)
	host.command("seat.media", fields{"sharing": true})
	f.expectPackets(first)
	host.command("session.rules", fields{"severalSharers": false})
	guest.await("seat.share_stopped")
	f.expectNoPackets(first, "with another sharer")
	f.expectRefusal(picture, screen, "with another sharer")
}

func TestTheRightToShareDoesNotComeBackUnasked(t *testing.T) {
	t.Parallel()
	s, _, host, guest, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Review"})
	id := response.Participant.UserID
	mayShare := func() bool {
		grants := mediaGrants(t, s.Post("/sdk/v1/media", []byte(`{"resumeToken":"`+response.ResumeToken+`"}`)))
		return strings.Contains(grants, "screen_share")
	}
	host.command("session.rules", fields{"shareAllowed": "hosts"})
	host.command("seat.role", fields{"userId": id, "role": "cohost"})
	guest.command("seat.share", nil)
	if !mayShare() {
		t.Fatal("a co-host who has asked may not share")
	}
	host.command("seat.role", fields{"userId": id, "role": "attendee"})
	if mayShare() {
		t.Error("a right of co-hosts outlived the role")
	}
	host.command("session.rules", fields{"shareAllowed": "everyone"})
	if mayShare() {
		t.Error("the right came back when everybody was allowed to ask for it")
	}
	host.command("session.rules", fields{"shareAllowed": "hosts"})
	host.command("seat.role", fields{"userId": id, "role": "cohost"})
	if mayShare() {
		t.Error("the right came back with the role")
	}
}

func TestARemovedBotStaysOutWithAnotherToken(t *testing.T) {
	t.Parallel()
	s, room, host, _, _ := hostAndGuest(t, anteroomtest.Meeting{Topic: "Standup"})
	owner := s.AddUser(anteroomtest.User{Email: "owner@test.example"})
	other := s.AddUser(anteroomtest.User{Email: "other@test.example"})
	for _, user := range []string{owner.ID, other.ID} {
		enter(t, s, anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(user, time.Hour), Device: user})
	}
	bot := func(user string) anteroomtest.Join {
		return anteroomtest.Join{Meeting: room.Number, OBF: s.OBF(s.TestApp(), user, room.Number, time.Hour), Name: "Notes"}
	}
	page, in := enter(t, s, bot(owner.ID))
	host.command("seat.remove", fields{"userId": in.Participant.UserID})
	if code := page.awaitClose(); code != 4502 {
		t.Fatalf("closed with %d", code)
	}
	expect(t, s.Join(bot(owner.ID)), 3009, "removed_by_host")
	// Neither their user nor the same app in somebody else's name is refused with it.
	expect(t, s.Join(bot(other.ID)), 0, "")
	expect(t, s.Join(anteroomtest.Join{Meeting: room.Number, ZAK: s.ZAK(owner.ID, time.Hour), Device: owner.ID}), 0, "")
}

func TestTracksCarryNoText(t *testing.T) {
	t.Parallel()
	s, room, _, _, response := hostAndGuest(t, anteroomtest.Meeting{Topic: "Review"})
	_, listens := enter(t, s, anteroomtest.Join{Meeting: room.Number, Name: "Listener", Device: "listener's"})
	f := newMediaFixture(t, response, listens)
	f.expectPackets(f.camera)
	who := f.speaker.Joined.GetParticipant().GetIdentity()
	for _, track := range f.listener.People()[who].GetTracks() {
		if track.GetName() != "" {
			t.Errorf("others are told a name of the page's choice: %s", track)
		}
	}
}

// LiveKit reads into the packets of each codec that it has agreed upon, and a packet of
// VP9 without a payload ends its process. Pages send none of the others.
func TestOnlyCodecsThatPagesSendAreAgreedUpon(t *testing.T) {
	t.Parallel()
	s := anteroomtest.Start(t)
	room := s.AddMeeting(anteroomtest.Meeting{Topic: "Standup"})
	speaker := s.Join(anteroomtest.Join{Meeting: room.Number, Role: 1, ZAK: s.HostZAK()})
	f := newMediaFixture(t, speaker, s.Join(anteroomtest.Join{Meeting: room.Number}))
	f.publish(lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE)
	if got, want := f.speaker.Codecs(), []string{"H264", "VP8", "opus", "rtx"}; !slices.Equal(got, want) {
		t.Errorf("agreed upon are %v, want %v", got, want)
	}
}
