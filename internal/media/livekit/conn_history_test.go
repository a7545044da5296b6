package livekit

import (
	"errors"
	"fmt"
	"testing"

	lk "github.com/livekit/protocol/livekit"
)

func onlyTo(everybody bool, identities ...string) *lk.SignalRequest {
	permission := &lk.SubscriptionPermission{AllParticipants: everybody}
	for _, identity := range identities {
		permission.TrackPermissions = append(permission.TrackPermissions, &lk.TrackPermission{ParticipantIdentity: identity, AllTracks: true})
	}
	return &lk.SignalRequest{Message: &lk.SignalRequest_SubscriptionPermission{SubscriptionPermission: permission}}
}

// LiveKit begins or stops to send the tracks to each person for whom that changes.
func TestAudiencesCostWhatTheyChange(t *testing.T) {
	t.Parallel()
	var many []string
	for n := range 500 {
		many = append(many, fmt.Sprint("person", n))
	}
	var before connHistory
	for i, tt := range []struct {
		request *lk.SignalRequest
		want    int
	}{
		{onlyTo(true), 1},
		{onlyTo(false), everybodyCost},
		{onlyTo(true), everybodyCost},
		{onlyTo(false, many[:400]...), everybodyCost},
		{onlyTo(false, many[:400]...), 1},
		{onlyTo(false, many[:401]...), 1},
		{onlyTo(false, many[:406]...), 5},
		{onlyTo(false, many[3:407]...), 3},
		{onlyTo(false, many...), everybodyCost},
		{onlyTo(false), everybodyCost},
	} {
		if cost, err := before.changeReceivers(signal(t, tt.request)); err != nil || cost != tt.want {
			t.Errorf("change %d costs %d, want %d, error %v", i, cost, tt.want, err)
		}
	}

	c := connIn("room")
	passed := 0
	for ; passed < permissionUpdateBurst; passed++ {
		if _, err := c.check(signal(t, onlyTo(passed%2 == 1))); err != nil {
			if !errors.Is(err, errTooManySignals) {
				t.Error(err)
			}
			break
		}
	}
	if want := permissionUpdateBurst / everybodyCost; passed < want || passed > want+1 {
		t.Errorf("%d changes for everybody pass, want %d", passed, want)
	}

	// In focus mode, a page tells anew who may see its picture whenever somebody comes.
	c = connIn("room")
	for n := range 200 {
		if _, err := c.check(signal(t, onlyTo(false, many[:n]...))); err != nil {
			t.Fatalf("person %d: %v", n, err)
		}
	}
}
